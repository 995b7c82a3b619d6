# One image for the server and its workers; the database lies outside.
FROM python:3.12-slim
RUN useradd --create-home --uid 10001 cablenet && install -d -o cablenet -m 700 /var/lib/cablenet
WORKDIR /opt/cablenet
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY . .
# the map library of the desk is fetched, checked against known hashes, and goes into the package
RUN python -m cablenet.maps.vendor && pip install --no-cache-dir --no-deps . && rm -rf /opt/cablenet/*
USER cablenet
WORKDIR /var/lib/cablenet
VOLUME /var/lib/cablenet
ENV CABLENET_FILES=/var/lib/cablenet/files CABLENET_LOGIN=tokens
EXPOSE 8000
# a member: docker run ... admit; a worker: docker run ... worker (`serve` has one of its own)
ENTRYPOINT ["cablenet"]
CMD ["serve", "--host", "0.0.0.0"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
