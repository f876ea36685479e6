# The workflow with its package, for a machine without Python 3.11. Two stages: the first makes the wheel, the second installs
# it, so that the image holds no sources. The versions come from pyproject.toml and nowhere else; the base is pinned by its tag
# (docs/images.md says how to pin it by its digest, too).
#
#   docker build --tag bandmap:0.2.0 .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/data" bandmap:0.2.0 --configfile my.yaml --cores all
#   docker run --rm --entrypoint /bandmap/smoke-test bandmap:0.2.0
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /bandmap
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11.13-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1
ENV PYTHONUNBUFFERED=1
ENV HOME=/var/tmp
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl
WORKDIR /bandmap
COPY containers/smoke-test smoke-test
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bandmap
WORKDIR /data
USER bandmap
ENTRYPOINT ["bandmap", "run"]
