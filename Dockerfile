# ocrsite as one image: `docker run -p 8081:8081 ocrsite`, with nothing to set. Two targets:
#
#   docker build -t ocrsite:gpu .                 PaddleOCR-VL's image, for NVIDIA GPUs (default)
#   docker build -t ocrsite:cpu --target cpu .    Debian with Tesseract
#
# A base is pinned by its digest with a build argument: --build-arg GPU_BASE=name@sha256:...
# There is no VOLUME, because some platforms refuse such images; /app/data is what lasts.
# docs/operations.md says what of this was run and what was not.

ARG GPU_BASE=ccr-2vdh3abv-pub.cnc.bj.baidubce.com/paddlepaddle/paddleocr-vl:latest-gpu-sm120-offline
ARG CPU_BASE=python:3.12.12-slim-bookworm

# --- what is ours, once for both ------------------------------------------------------------------

FROM scratch AS source
COPY LICENSE manage.py /app/
COPY deploy/healthcheck.py /app/deploy/
COPY documents /app/documents
COPY ocr_worker /app/ocr_worker
COPY ocrsite /app/ocrsite

# --- cpu ------------------------------------------------------------------------------------------

FROM ${CPU_BASE} AS cpu-build
ARG PIP_INDEX_URL
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --no-cache-dir --quiet \
        --require-hashes --only-binary=:all: --requirement requirements.lock
COPY deploy/prepare_app.sh ./
COPY --from=source /app /app
RUN sh prepare_app.sh

FROM ${CPU_BASE} AS cpu
# Python's own library has no bytecode in this image, and whoever runs the site can't write any.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui \
        fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea \
        libarchive13 tesseract-ocr-eng tesseract-ocr-osd tesseract-ocr-rus \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home ocrsite \
    && python -m compileall -q -x '/(site-packages|tests?|idle_test)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=cpu-build /opt/venv /opt/venv
COPY --from=cpu-build /app /app
RUN install -d -m 1777 /app/data

ARG CPU_BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ocrsite" \
    org.opencontainers.image.description="A self-hosted archive for scanned documents (Tesseract)" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.base.name="${CPU_BASE}"
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
USER 1000
EXPOSE 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/opt/venv/bin/python", "-I", "/app/deploy/healthcheck.py"]
ENTRYPOINT ["/opt/venv/bin/python", "/app/manage.py", "serve"]
CMD []

# --- gpu ------------------------------------------------------------------------------------------

FROM ${GPU_BASE} AS gpu-build
ARG PIP_INDEX_URL
USER root
WORKDIR /build
COPY pyproject.toml requirements.lock requirements-dev.lock deploy/install_beside_base.py ./
RUN python install_beside_base.py /opt/venv --expect paddleocr paddlex
COPY deploy/prepare_app.sh ./
COPY --from=source /app /app
RUN sh prepare_app.sh

# The batched recogniser's environment: PyTorch and its CUDA libraries, six gigabytes beside Paddle's.
# --build-arg BATCHED=no leaves it out; then blocks are recognised one at a time.
FROM ${GPU_BASE} AS vlm-build
ARG PIP_INDEX_URL
ARG BATCHED=yes
USER root
WORKDIR /build
COPY deploy/vlm.lock ./
RUN mkdir -p /opt/vlm \
    && if [ "${BATCHED}" = yes ]; then \
        python -m venv --without-pip /opt/vlm \
        && python -m pip --python /opt/vlm/bin/python install --no-cache-dir --quiet \
            --require-hashes --only-binary=:all: --requirement vlm.lock; \
    fi

FROM ${GPU_BASE} AS gpu
USER root
# Whoever runs the site must be able to read the models; only what can't be read is touched,
# because a changed file is stored twice.
RUN mkdir -p /var/lib/apt/lists/partial \
    && apt-get update \
    && apt-get install -y --no-install-recommends \
        libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui \
        fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea \
        libarchive13 tesseract-ocr-eng tesseract-ocr-osd tesseract-ocr-rus \
    && rm -rf /var/lib/apt/lists/* \
    && chmod a+rx /home/paddleocr \
    && find /home/paddleocr/.paddlex \
        \( -type d ! -perm -005 -o -type f ! -perm -004 \) -exec chmod a+rX {} + \
    && python -m compileall -q -x '/(site-packages|tests?|idle_test)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
COPY --from=vlm-build /opt/vlm /opt/vlm
COPY --from=gpu-build /opt/venv /opt/venv
COPY --from=gpu-build /app /app
RUN install -d -m 1777 /app/data

ARG GPU_BASE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ocrsite" \
    org.opencontainers.image.description="A self-hosted archive for scanned documents (PaddleOCR-VL)" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.base.name="${GPU_BASE}"
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /app
USER 1000
EXPOSE 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/opt/venv/bin/python", "-I", "/app/deploy/healthcheck.py"]
ENTRYPOINT ["/opt/venv/bin/python", "/app/manage.py", "serve"]
CMD []
