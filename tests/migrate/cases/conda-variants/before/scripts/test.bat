conda activate skyview-dev
pytest
