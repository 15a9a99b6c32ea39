#!/bin/sh
set -e
sudo -H pip3 install -r requirements.txt
python3 app.py
