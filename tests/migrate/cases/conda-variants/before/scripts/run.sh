#!/bin/bash
source ~/miniconda3/etc/profile.d/conda.sh
conda activate skyview
python -m skyview
