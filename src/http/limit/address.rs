//! Where Redis is, as an operator writes it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use redis::io::tcp::TcpSettings;
use redis::{Client, ConnectionAddr, IntoConnectionInfo as _};
use thiserror::Error;

/// The address of a Redis, with the credentials it needs. It shows itself without them.
#[derive(Clone)]
pub struct RedisAddress(Arc<Client>);

/// What an address should have been. It does not repeat the address, which may hold a password.
#[derive(Debug, Error)]
#[error(
    "the address of Redis is redis://HOST:PORT, or rediss://HOST:PORT for TLS; credentials go before the host \
     (redis://USER:PASSWORD@HOST:PORT, special characters percent-encoded)"
)]
pub struct InvalidAddress;

impl RedisAddress {
    /// What connects to it.
    pub(super) fn client(&self) -> Arc<Client> {
        self.0.clone()
    }

    fn place(&self) -> &ConnectionAddr {
        self.0.get_connection_info().addr()
    }
}

impl FromStr for RedisAddress {
    type Err = InvalidAddress;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        // A question is one small packet, and a request waits for its answer.
        let settings = TcpSettings::default().set_nodelay(true);
        let connection = raw.into_connection_info().map_err(|_| InvalidAddress)?.set_tcp_settings(settings);
        let address = Self(Client::open(connection).map_err(|_| InvalidAddress)?.into());
        match address.place() {
            ConnectionAddr::Tcp(..) | ConnectionAddr::TcpTls { insecure: false, .. } => Ok(address),
            _ => Err(InvalidAddress),
        }
    }
}

impl fmt::Display for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if matches!(self.place(), ConnectionAddr::TcpTls { .. }) { "rediss" } else { "redis" };
        write!(f, "{scheme}://{}", self.place())
    }
}

/// The same as for people: no credentials.
impl fmt::Debug for RedisAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_itself_without_credentials() {
        for (raw, shown) in [
            ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379"),
            ("redis://cache", "redis://cache:6379"),
            ("redis://:hush@cache/2", "redis://cache:6379"),
            ("rediss://ana:hush@cache:7000", "rediss://cache:7000"),
        ] {
            let address: RedisAddress = raw.parse().unwrap();
            assert_eq!((address.to_string(), format!("{address:?}")), (shown.into(), shown.into()));
        }
    }

    #[test]
    fn what_is_no_address_is_not_repeated() {
        for bad in [
            "",
            "cache:6379",
            "http://cache",
            "redis://:hu#sh@cache",
            "redis://cache/x",
            "rediss://cache/#insecure",
        ] {
            let error = bad.parse::<RedisAddress>().unwrap_err().to_string();
            assert!(error.contains("redis://HOST:PORT") && !error.contains("hu"), "{bad}: {error}");
        }
    }
}
