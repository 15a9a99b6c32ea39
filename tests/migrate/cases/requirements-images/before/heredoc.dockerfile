FROM python:3.12
COPY requirements.txt .
RUN <<EOF
set -e
pip install -r requirements.txt
EOF
RUN cat <<EOF > /x
conda activate
EOF
