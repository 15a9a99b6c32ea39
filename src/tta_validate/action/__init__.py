"""What the GitHub Action runs: the steps of ``action.yml``, as ``python -I -m tta_validate.action STEP``."""
