# The workflow with its package, for a machine without Python 3.11. Pins come from pyproject.toml and nowhere else (a test
# says so); the image itself is not built by the tests.
#
#   docker build --tag bandmap .
#   docker run --rm --volume "$PWD:/data" bandmap --configfile my.yaml --cores all
FROM python:3.11-slim

WORKDIR /bandmap
COPY pyproject.toml README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir --editable .
COPY Snakefile config.yaml ./
COPY rules rules
COPY scripts scripts
COPY schemas schemas
COPY profiles profiles
COPY report report
COPY examples examples

WORKDIR /data
ENTRYPOINT ["snakemake", "--snakefile", "/bandmap/Snakefile", "--workflow-profile", "/bandmap/profiles/default"]
