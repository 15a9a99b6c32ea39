cat <<EOF > notes
conda activate x
pip install -r requirements.txt
EOF
UV_PROJECT_ENVIRONMENT=env uv sync && uv pip install --python env waitress
