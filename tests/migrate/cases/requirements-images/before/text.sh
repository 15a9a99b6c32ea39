cat <<EOF > notes
conda activate x
pip install -r requirements.txt
EOF
env/bin/pip install -r requirements.txt waitress
