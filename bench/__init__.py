"""Measurements of the service as ratios within one run; `make bench` prints them."""
