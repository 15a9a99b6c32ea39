FROM ubuntu:22.04
COPY requirements.txt .
RUN pip3 install -r requirements.txt
