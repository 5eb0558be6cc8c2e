# The heysync daemon. Mount a folder with heysync.yaml at /config and a volume at /data, and write
# `database: /data/heysync.db` in heysync.yaml, so that the database outlives the container. More: docs/deploy/docker.md
#
#   docker run -v ./config:/config:ro -v heysync-data:/data heysync              the daemon
#   docker run --rm -v ./config:/config:ro -v heysync-data:/data heysync check   any other command

# The same Node line as LTS in scripts/test-on-lts.mjs.
FROM node:26-bookworm-slim AS build
# better-sqlite3 compiles where no binary of it can be fetched.
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ make python3 \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
COPY connectors connectors
# What better-sqlite3 was compiled from weighs more than all the rest.
RUN npm run build \
  && npm prune --omit=dev \
  && rm -rf node_modules/better-sqlite3/deps node_modules/better-sqlite3/build/Release/obj*

FROM node:26-bookworm-slim
# An init that hands signals on and buries the children of Singer taps and Airbyte sources.
RUN apt-get update \
  && apt-get install -y --no-install-recommends tini \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
  HEYSYNC_CONFIG=/config/heysync.yaml
WORKDIR /app
COPY --from=build /app/package.json package.json
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data \
  && ln -s /app/dist/src/main.js /usr/local/bin/heysync
USER node
VOLUME ["/data"]
EXPOSE 8780
STOPSIGNAL SIGTERM
# Ready means that the database is open and the schedules run; a source or an account that cannot be reached does not
# make it unhealthy, because starting again would not help.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8780/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--", "heysync"]
CMD ["run"]
