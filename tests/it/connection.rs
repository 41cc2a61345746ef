//! What the environment says of the way to the API: proxies and trusted certificates. What cannot be used is named and
//! never passed over, and no credentials are shown.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::program::{Program, TOKEN, program};

/// `scan` and `doctor` of a host that does not exist.
fn both() -> [Program; 2] {
    let of = |command: &[&str]| {
        let program = program().args(command.to_vec()).args(["--base-url", "https://intercom.invalid"]);
        program.env("INTERCOM_ACCESS_TOKEN", TOKEN).secret("pass-4711")
    };
    [of(&["scan"]), of(&["doctor"])]
}

#[test]
fn a_proxy_that_is_not_understood_is_an_error_and_never_passed_by() {
    for (variable, value, said) in [
        ("HTTPS_PROXY", "http://me:pass-4711@", "HTTPS_PROXY is not the address of a proxy"),
        ("https_proxy", "http://me:pass-4711@[::1", "https_proxy is not the address of a proxy"),
        ("ALL_PROXY", "http://me:pass-4711 @proxy:3128", "ALL_PROXY is not the address of a proxy"),
        ("all_proxy", "socks5://me:pass-4711@proxy:1080", "all_proxy names a proxy of type socks5"),
    ] {
        for program in both() {
            let run = program.env(variable, value).run().exits(2).says(said).says("hint: ");
            assert_eq!(run.stdout, "");
        }
    }
    // It is not the way to this host.
    for program in both() {
        let run = program.env("HTTPS_PROXY", "http://[").env("NO_PROXY", "intercom.invalid").run().exits(3);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains("HTTPS_PROXY is"), "{}", run.streams());
    }
}

/// A proxy that wants something else: its address, and the heads of the requests that it got.
fn proxy(wants: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
            seen.lock().unwrap().push(head.join("\n"));
            let answer =
                format!("HTTP/1.1 407 Proxy Authentication Required\r\n{wants}Content-Length: 0\r\n\r\n");
            drop((&stream).write_all(answer.as_bytes()));
        }
    });
    (address, heads)
}

#[test]
fn a_proxy_that_wants_credentials_says_which() {
    let basic = "Proxy-Authenticate: Basic realm=\"corp\"\r\nproxy-authenticate: NTLM\r\n";
    for (wants, credentials, parts) in [
        (
            basic,
            "",
            [
                "wants a user name and password (Basic realm=\"corp\", NTLM)",
                "HTTPS_PROXY=http://USER:PASSWORD@127",
            ],
        ),
        (
            basic,
            "me:pass-4711@",
            [
                "does not accept the user name and password (Basic",
                "correct the user name and password in HTTPS_PROXY",
            ],
        ),
        (
            "Proxy-Authenticate: Negotiate\r\n",
            "",
            ["wants a user name and password (Negotiate)", "only Basic authentication"],
        ),
        ("", "", ["wants a user name and password", "HTTPS_PROXY=http://USER:PASSWORD@127"]),
        (
            "Proxy-Authenticate: \u{202e}odd\r\n",
            "",
            ["wants a user name and password (\\u{202e}odd", "only Basic"],
        ),
    ] {
        let (address, heads) = proxy(wants);
        for program in both() {
            let run = program.env("HTTPS_PROXY", format!("http://{credentials}{address}")).run().exits(3);
            let all = format!("{}{}", run.stdout, run.stderr);
            for part in parts {
                assert!(all.contains(part), "no {part:?} in\n{}", run.streams());
            }
            assert!(all.contains(&address) && !all.contains(['\u{1b}', '\u{202e}']), "{}", run.streams());
        }
        let heads = heads.lock().unwrap();
        assert!(heads.len() < 20, "nothing is sent again: {}", heads.len());
        for head in heads.iter() {
            assert!(
                head.starts_with("CONNECT intercom.invalid:443 HTTP/1.1") && !head.contains(TOKEN),
                "{head}"
            );
        }
        assert!(heads.iter().any(|head| !head.contains("Proxy-Authorization")), "the question has none");
    }
}

#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn certificates_that_cannot_be_used_are_named() {
    for (variable, value, said) in [
        ("SSL_CERT_FILE", "absent.pem", "absent.pem: No such file"),
        ("SSL_CERT_FILE", "", "SSL_CERT_FILE names"),
        ("SSL_CERT_FILE", "folder", "folder: not a regular file"),
        ("SSL_CERT_FILE", "text.pem", "text.pem: no certificate in PEM format"),
        ("SSL_CERT_DIR", "absent:gone", "absent: No such file"),
        ("SSL_CERT_DIR", "text.pem", "text.pem: Not a directory"),
    ] {
        for program in both() {
            let program =
                program.file("folder/x", "").file("text.pem", "no certificate").env(variable, value);
            let run = program.run().exits(2).says(variable).says(said).says("unset it");
            assert_eq!(run.stdout, "");
        }
    }
    // A folder that is there and has no certificate leaves nothing to trust.
    for program in both() {
        let run = program.file("folder/x", "").env("SSL_CERT_DIR", "folder:absent").run().exits(3);
        run.says("could not be set up: ").says("SSL_CERT_DIR");
    }
    // An address without TLS needs none.
    let server = crate::workspace::Workspace::healthy().serve();
    crate::program::scan(&server.origin()).env("SSL_CERT_FILE", "absent.pem").run().exits(0);
}
