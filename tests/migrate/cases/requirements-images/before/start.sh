#!/bin/sh
pip install -r requirements.txt
exec flask run
