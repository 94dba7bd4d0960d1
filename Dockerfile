# The service alone. Built where Rust is, run where only the program is.
FROM rust:1-bookworm AS build
WORKDIR /contacts
COPY . .
RUN cargo build --locked --release

FROM debian:bookworm-slim
# What TLS to PostgreSQL and Redis trusts.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /data --create-home contacts
COPY --from=build /contacts/target/release/contacts /usr/local/bin/contacts
USER contacts
# Without CONTACTS_DATABASE the database is a file here: mount a volume.
WORKDIR /data
ENV CONTACTS_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["contacts"]
