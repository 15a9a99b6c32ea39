#!/usr/bin/env bash
set -euo pipefail
# Needs nothing but bash.
wget -q https://repo.anaconda.com/miniconda/Miniconda3-latest-Linux-x86_64.sh -O miniconda.sh
bash miniconda.sh -b -p "$HOME/miniconda"
source "$HOME/miniconda/etc/profile.d/conda.sh"
conda env create -f environment-linux.yml
conda activate narrator
export PYTHONPATH="$PWD/src"
conda install -y -c conda-forge some-odd-package
python -m narrator --check
