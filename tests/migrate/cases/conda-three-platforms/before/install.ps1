conda env create -f environment-windows.yml
conda activate narrator
python -m narrator --check
