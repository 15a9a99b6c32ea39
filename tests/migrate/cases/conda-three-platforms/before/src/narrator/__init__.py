"""Tells stories."""

import numpy
