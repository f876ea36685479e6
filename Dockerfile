# The workflow with its package, for a machine without Python 3.11. Pins come from pyproject.toml and nowhere else (a test
# says so); the image itself is not built by the tests, the wheel is.
#
#   docker build --tag bandmap .
#   docker run --rm --volume "$PWD:/data" bandmap --configfile my.yaml --cores all
FROM python:3.11-slim

WORKDIR /bandmap
COPY . .
RUN pip install --no-cache-dir .

WORKDIR /data
ENTRYPOINT ["bandmap", "run"]
