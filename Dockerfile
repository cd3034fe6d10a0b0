# Two images of one build: `server` runs `manage.py serve`, `front` is nginx with the static files (compose.yaml).
# Tags name exact releases, so that builds at different times use the same parts; raise them deliberately.

FROM node:20.19.5-slim AS packages
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.13.7-slim AS server
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/orders
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY --from=packages /build/node_modules node_modules
COPY manage.py create_superuser.sh ./
COPY market market
COPY demo demo
COPY orders orders
COPY webapp webapp
COPY cluster cluster
COPY templates templates
COPY static static
COPY docs docs
# `on` if a proxy in front of `front` terminates TLS; `front` then trusts that proxy's headers about its clients.
ARG TLS=off
# The key is only for this command, which signs nothing; without it, a generated key would stay in the image.
# Compile here: the user `orders` can't write next to the code, so every start would compile all of it again.
RUN SECRET_KEY=only-for-collecting-the-static-files python manage.py collectstatic --noinput -v0 \
    && python -m cluster.image "$TLS" > nginx.conf \
    && python -m compileall -q market orders demo webapp cluster \
    && useradd --system orders && chown orders .
USER orders
EXPOSE 8000
CMD ["python", "manage.py", "serve"]

FROM nginx:1.28.0-alpine AS front
COPY --from=server /srv/orders/staticfiles /srv/static
COPY --from=server /srv/orders/nginx.conf /srv/nginx/nginx.conf
EXPOSE 8000
CMD ["nginx", "-p", "/srv/nginx", "-c", "/srv/nginx/nginx.conf", "-e", "stderr"]
