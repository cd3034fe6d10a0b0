# Two images of one build: `server` runs `manage.py serve`, `front` is nginx with the static files (compose.yaml).

FROM node:20-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS server
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/orders
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY --from=packages /build/node_modules node_modules
COPY manage.py ./
COPY market market
COPY orders orders
COPY webapp webapp
COPY cluster cluster
COPY templates templates
COPY static static
# The key is for this one command, which signs nothing; without one it would be made and stay in the image.
RUN SECRET_KEY=only-for-collecting-the-static-files python manage.py collectstatic --noinput -v0 \
    && python -c "from pathlib import Path; from cluster.nginx import configuration; Path('nginx.conf').write_text(configuration(['server-1:8000', 'server-2:8000'], '8000', Path('/srv/static'), 'nginx'))" \
    && useradd --system orders && chown orders .
USER orders
EXPOSE 8000
CMD ["python", "manage.py", "serve"]

FROM nginx:1-alpine AS front
COPY --from=server /srv/orders/staticfiles /srv/static
COPY --from=server /srv/orders/nginx.conf /srv/nginx/nginx.conf
EXPOSE 8000
CMD ["nginx", "-p", "/srv/nginx", "-c", "/srv/nginx/nginx.conf", "-e", "stderr"]
