//! Who is at the other end: the client's address, also behind proxies that are trusted to tell it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::extract::Request;
use axum::http::HeaderMap;
use ipnet::IpNet;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a connection comes from.
#[derive(Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Proxies that may say whom they ask for.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Network>);

impl Proxies {
    /// Trusts what comes from these networks.
    pub fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// The client's address: that of the connection, or what the last trusted proxy before it says. What stands further
    /// to the left in `X-Forwarded-For` was written by whoever liked to.
    pub(super) fn client(&self, request: &Request) -> IpAddr {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.to_canonical());
        let mut hops = hops(request.headers());
        let mut client = peer;
        while self.trust(client) {
            let Some(before) = hops.next().and_then(address) else { break };
            client = before;
        }
        client
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.0.contains(&address))
    }
}

/// What the proxies wrote, the nearest first.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
    lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',').map(str::trim))
}

/// An address, which some proxies write with the port.
fn address(hop: &str) -> Option<IpAddr> {
    let plain = hop.parse().ok();
    plain.or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip())).map(|address: IpAddr| address.to_canonical())
}

/// A network (10.0.0.0/8) or a single address.
#[derive(Clone, Copy, Debug)]
pub struct Network(IpNet);

impl FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "a network looks like 10.0.0.0/8 or fd00::/8, an address like 127.0.0.1";
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| WRONG)
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn client(peer: &str, forwarded: &[&str]) -> String {
        let proxies = ["10.0.0.0/8", "fd00::/8", "127.0.0.1"].map(|network| network.parse().unwrap());
        let mut request = Request::builder();
        for line in forwarded {
            request = request.header(X_FORWARDED_FOR, *line);
        }
        let mut request = request.body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(peer.parse().unwrap()));
        Proxies::new(proxies.into()).client(&request).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_says_whom_it_asks_for() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("::ffff:10.1.2.3", &["198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(client("fd00::1", &["[2001:db8::1]:443"]), "2001:db8::1");
    }

    #[test]
    fn what_a_client_claims_is_not_believed() {
        assert_eq!(client("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.7"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", &["1.2.3.4, nonsense"]), "127.0.0.1");
        assert_eq!(client("127.0.0.1", &["1.2.3.4, nonsense, 10.0.0.7"]), "10.0.0.7");
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn a_network_is_one() {
        for bad in ["", "10.0.0.0/33", "example.com", "10.0.0"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
