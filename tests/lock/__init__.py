"""Tests of locks, and the texts that they are made from."""
