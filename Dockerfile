# archiver in a container: slim, not root, the bags in a volume.
#   docker build -t archiver .                        the command line
#   docker build -t archiver:browser --target browser .    with Chromium, for pages whose text scripts make
#   docker build -t archiver:cluster --build-arg EXTRAS=cluster,s3,trust,formats .    for compose.yaml
# How to run it: docs/install.md.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS wheel
WORKDIR /source
COPY . .
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:${PYTHON}-slim-bookworm AS packages
ARG EXTRAS=trust,s3,formats
COPY --from=wheel /wheels /wheels
RUN python -m venv /opt/archiver \
    && wheel=$(ls /wheels/archiver-*.whl) \
    && /opt/archiver/bin/pip install --no-cache-dir "${wheel}[${EXTRAS}]"

FROM packages AS browser-packages
RUN wheel=$(ls /wheels/archiver-*.whl) \
    && /opt/archiver/bin/pip install --no-cache-dir "${wheel}[browser]"

FROM python:${PYTHON}-slim-bookworm AS base
RUN groupadd --gid 10001 archiver \
    && useradd --uid 10001 --gid archiver --create-home archiver \
    && install -d -o archiver -g archiver /data /data/bags
ENV PATH=/opt/archiver/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
VOLUME ["/data/bags"]
ENTRYPOINT ["archiver"]
CMD ["--help"]

FROM base AS browser
# Debian moves chromium from one security release to the next: no version of it stays.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium fonts-noto-core \
    && rm -rf /var/lib/apt/lists/*
COPY --from=browser-packages /opt/archiver /opt/archiver
USER 10001:10001

FROM base AS archiver
COPY --from=packages /opt/archiver /opt/archiver
USER 10001:10001
