#!/bin/sh
# Installs moto's SQS server, which benches/load.rs compares with, into target/bench/moto.
# Starts nothing: the bench does, and leaves the comparison out where this was not run.
set -eu
cd "$(dirname "$0")/.."
python3 -m venv target/bench/moto
target/bench/moto/bin/pip install --quiet 'moto[server]'
target/bench/moto/bin/python -c 'import moto; print("moto", moto.__version__)'
