//! Every form in which people have a request at hand: written here as the tool writes it, and read
//! back as the same request.

use std::fmt::Write as _;

use mqscope::protocol::explain::paste::{Form, PasteError, Pasted, read};
use mqscope::protocol::explain::{CauseKind, Keys, Moment, SentRequest, Verdict, explain};
use mqscope::protocol::{FaultCode, date};

use crate::vectors::{ACCESS_KEY, KEYS, SECRET_KEY, Signed, vectors};

fn body(request: &SentRequest) -> String {
    String::from_utf8(request.body.clone().unwrap_or_default()).unwrap()
}

/// Whether everything that counts for a signature came through, the body included if it is there.
#[track_caller]
fn check(text: &str, form: Form, signed: &Signed, what: &str) -> Pasted {
    let pasted = read(text).unwrap_or_else(|error| panic!("{what}: {error}\n{text}"));
    assert_eq!(pasted.form, form, "{what}\n{text}");
    assert_eq!(pasted.request.method, signed.request.method, "{what}");
    assert_eq!(pasted.request.target, signed.request.target, "{what}");
    assert_eq!(
        pasted.request.string_to_sign(),
        signed.text(),
        "{what}\n{text}"
    );
    if let Some(body) = &pasted.request.body {
        assert_eq!(Some(body), signed.request.body.as_ref(), "{what}\n{text}");
    }
    let found = explain(&pasted.request, None, Some(KEYS), Moment::At(signed.at));
    assert_eq!(found.verdict, Verdict::Good, "{what}: {:?}", found.causes);
    pasted
}

fn each(write: impl Fn(&SentRequest) -> String, form: Form, with_body: bool) {
    for vector in vectors() {
        let signed = vector.sound();
        let pasted = check(&write(&signed.request), form, &signed, &vector.name());
        if with_body {
            assert!(pasted.request.body.is_some(), "{}", vector.name());
        }
    }
}

fn head(request: &SentRequest, line: impl Fn(&str) -> String) -> String {
    let mut text = line(&format!("{} {} HTTP/1.1", request.method, request.target));
    for (name, value) in &request.headers {
        text.push_str(&line(&format!("{name}: {value}")));
    }
    text + &line("")
}

fn with_length(request: &SentRequest) -> SentRequest {
    let mut request = request.clone();
    if request.header("content-length").is_none() {
        let length = request.body.as_ref().map_or(0, Vec::len);
        request
            .headers
            .push(("Content-Length".to_owned(), length.to_string()));
    }
    request
}

#[test]
fn requests_as_they_go_over_the_wire() {
    each(SentRequest::to_http, Form::Http, true);
    each(
        |request| request.to_http().replace("\r\n", "\n"),
        Form::Http,
        false,
    );
    // As a log prints it, with something in front and more behind.
    each(
        |request| {
            let request = with_length(request);
            format!(
                "2026/11/22 10:14:07 {}\nHTTP/1.1 200 OK\r\n\r\n",
                request.to_http()
            )
        },
        Form::Http,
        true,
    );
    // To a proxy.
    each(
        |request| {
            let host = request.header("host").unwrap_or_default();
            request
                .to_http()
                .replacen(" /", &format!(" http://{host}/"), 1)
        },
        Form::Http,
        true,
    );
}

#[test]
fn curl_commands() {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    let command =
        |request: &SentRequest, quote: &dyn Fn(&str) -> String, join: &str, data: &str| {
            let host = request.header("host").unwrap_or_default();
            let mut words = vec![
                "curl --compressed -sS".to_owned(),
                format!("-X {}", request.method),
                quote(&format!("http://{host}{}", request.target)),
            ];
            let sent_by_curl = ["host", "content-length", "connection", "expect"];
            for (name, value) in &request.headers {
                if !sent_by_curl.contains(&name.to_lowercase().as_str()) {
                    words.push(format!("-H {}", quote(&format!("{name}: {value}"))));
                }
            }
            let body = body(request);
            if !body.is_empty() {
                words.push(format!("{data} {}", quote(&body)));
            }
            words.join(join)
        };
    each(|r| command(r, &quoted, " ", "-d"), Form::Curl, true);
    each(
        |r| format!("$ {}", command(r, &quoted, " \\\n  ", "--data-raw")),
        Form::Curl,
        true,
    );
    each(
        |r| command(r, &quoted, " \\\r\n  ", "--data-binary") + " | xmllint -",
        Form::Curl,
        true,
    );
    let double = |text: &str| {
        let text = text
            .replace('\\', r"\\")
            .replace('"', "\\\"")
            .replace('$', "\\$")
            .replace('`', "\\`");
        format!("\"{text}\"")
    };
    each(|r| command(r, &double, " ", "--data"), Form::Curl, true);
    let ansi = |text: &str| {
        let mut word = String::from("$'");
        for c in text.chars() {
            match c {
                '\'' | '\\' => word.extend(['\\', c]),
                '\n' => word.push_str("\\n"),
                '\r' => word.push_str("\\r"),
                c if c.is_ascii() => word.push(c),
                c => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                    let _ = write!(word, "\\u{unit:04x}");
                }),
            }
        }
        word + "'"
    };
    each(|r| command(r, &ansi, " ", "--data-raw"), Form::Curl, true);
}

#[test]
fn options_of_curl() {
    let check = |command: &str, expected: &str| {
        let request = read(command).unwrap().request;
        let mut text = format!("{} {}", request.method, request.target);
        for (name, value) in &request.headers {
            let _ = write!(text, " {name}={value}");
        }
        let _ = write!(
            text,
            " {}",
            request
                .body
                .as_ref()
                .map_or("unknown".into(), |b| String::from_utf8_lossy(b))
        );
        assert_eq!(text, expected, "{command}");
    };
    let form = "Content-Type=application/x-www-form-urlencoded";
    check("curl http://h", "GET / Host=h ");
    check("curl h/a?b#c", "GET /a?b Host=h ");
    check(
        "curl --url http://u:p@h:1/a -XDELETE",
        "DELETE /a Host=h:1 ",
    );
    check("curl -d a -d b h/", &format!("POST / Host=h {form} a&b"));
    check(
        "curl -G -d a=1 --data-urlencode 'b=x y' 'h/p?c=2'",
        "GET /p?c=2&a=1&b=x%20y Host=h ",
    );
    check(
        "curl -d @body.xml h/",
        &format!("POST / Host=h {form} unknown"),
    );
    check(
        "curl -sSo out -H'A: b' -H 'C:' -H 'D;' -H 'Host: x' h/",
        "GET / A=b D= Host=x ",
    );
    check(
        "curl --json '{}' h/ && echo",
        "POST / Host=h Content-Type=application/json {}",
    );
    check("curl -I --max-time 3 --request=PUT h/", "PUT / Host=h ");
}

#[test]
fn logs_that_mark_what_was_sent() {
    each(
        |request| {
            let sent = head(request, |line| format!("> {line}\n"));
            format!(
                "*   Trying 127.0.0.1...\n* Connected to h\n{sent}< HTTP/1.1 403 Forbidden\n< Date: x\n"
            )
        },
        Form::CurlVerbose,
        false,
    );
    let wire = |request: &SentRequest, quoted: bool| {
        let mark = "10:14:07.123 [main] DEBUG org.apache.http.wire - http-outgoing-0 >> ";
        let mut text = head(request, |line| match quoted {
            true => format!("{mark}\"{line}[\\r][\\n]\"\n"),
            false => format!("{}{line}\n", mark.replace("wire", "headers")),
        });
        if quoted {
            for line in body(request).split_inclusive('\n') {
                let mut bytes = String::new();
                for byte in line.bytes() {
                    let _ = match byte {
                        b'\n' => write!(bytes, "[\\n]"),
                        b'\r' => write!(bytes, "[\\r]"),
                        b' '..=b'~' => write!(bytes, "{}", char::from(byte)),
                        byte => write!(bytes, "[0x{byte:x}]"),
                    };
                }
                let _ = writeln!(text, "{mark}\"{bytes}\"");
            }
        }
        text + "10:14:08.001 [main] DEBUG org.apache.http.wire - http-outgoing-0 << \"HTTP/1.1 403 [\\r][\\n]\"\n"
    };
    each(|request| wire(request, true), Form::JavaWire, true);
    each(|request| wire(request, false), Form::JavaWire, false);
}

fn literal(text: &str, quote: char) -> String {
    let mut written = String::from(quote);
    for byte in text.bytes() {
        let _ = match byte {
            b'\\' => write!(written, "\\\\"),
            b'\n' => write!(written, "\\n"),
            b'\r' => write!(written, "\\r"),
            byte if char::from(byte) == quote => write!(written, "\\{quote}"),
            b' '..=b'~' => write!(written, "{}", char::from(byte)),
            byte => write!(written, "\\x{byte:02x}"),
        };
    }
    written.push(quote);
    written
}

#[test]
fn logs_of_python() {
    each(
        |request| {
            let mut text = format!(
                "connect: (h, 80)\nsend: b{}\n",
                literal(&head(request, |line| format!("{line}\r\n")), '\'')
            );
            if !body(request).is_empty() {
                let _ = writeln!(text, "send: b{}", literal(&body(request), '\''));
            }
            text + "reply: 'HTTP/1.1 403 Forbidden\\r\\n'\nheader: Content-Type: text/xml\n"
        },
        Form::PythonSend,
        true,
    );
    each(
        |request| {
            let headers: Vec<String> = request
                .headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            format!(
                "[DEBUG] SendRequest Method: {}\nUri: {}\nHeader: {}\nData: {}\n\n[DEBUG] GetResponse Status: 403\nHeader: a: b\nData: \n",
                request.method,
                request.target,
                headers.join("\n"),
                body(request)
            )
        },
        Form::PythonLog,
        false,
    );
}

#[test]
fn logs_of_the_other_sdks() {
    each(
        |request| {
            let headers: serde_json::Map<String, serde_json::Value> = request
                .headers
                .iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
                .map(|(name, value)| (name.to_lowercase(), value.as_str().into()))
                .collect();
            let headers = serde_json::Value::Object(headers);
            let host = request.header("host").unwrap_or_default();
            format!(
                "  mq:client url: http://{host}{} +0ms\n  mq:client method: {} +1ms\n  \u{1b}[36;1mmq:client \
                 \u{1b}[0mrequest headers: {headers} +2ms\n  mq:client request body: {} +0ms\n  mq:client statusCode 403 +9ms\n",
                request.target,
                request.method,
                body(request)
            )
        },
        Form::NodeDebug,
        false,
    );
    each(
        |request| {
            let host = request.header("host").unwrap_or_default();
            let headers: Vec<String> = request
                .headers
                .iter()
                .map(|(name, value)| format!("  {name}: {value}"))
                .collect();
            format!(
                "info: Method: {}, RequestUri: 'http://{host}{}', Version: 1.1, Content: System.Net.Http.StringContent, Headers:\r\n{{\r\n{}\r\n}}\r\n",
                request.method,
                request.target,
                headers.join("\r\n")
            )
        },
        Form::CSharp,
        false,
    );
    each(
        |request| format!("dump: {}", literal(&request.to_http(), '"')),
        Form::Quoted,
        true,
    );
}

#[test]
fn the_answer_below_a_request_is_read_too() {
    let signed = vectors()[0].sound();
    let printed = signed.text().replace("UTF-8", "utf-8");
    let text = format!(
        "{}HTTP/1.1 403 Forbidden\r\nDate: Sun, 22 Nov 2026 10:15:00 GMT\r\n\r\n<Error><Code>SignatureDoesNotMatch</Code>\
         <Message>the string to sign here is: {printed}</Message></Error>",
        signed.request.to_http()
    );
    let pasted = read(&text).unwrap();
    assert_eq!(pasted.request, signed.request);
    let answer = pasted.answer.unwrap();
    assert_eq!(answer.code, Some(FaultCode::SignatureDoesNotMatch));
    assert_eq!(answer.string_to_sign, Some(printed));
    assert_eq!(
        answer.date,
        date::parse_http_date("Sun, 22 Nov 2026 10:15:00 GMT")
    );
}

#[test]
fn a_line_break_inside_of_a_key_is_seen() {
    let signed = vectors()[0].sound();
    let text = signed
        .request
        .to_http()
        .replace(&format!("{ACCESS_KEY}:"), &format!("{ACCESS_KEY}\n:"));
    let pasted = read(&text).unwrap();
    let keys = Keys {
        access_key: ACCESS_KEY,
        secret_key: SECRET_KEY,
        security_token: None,
    };
    let found = explain(&pasted.request, None, Some(keys), Moment::At(signed.at));
    assert_eq!(found.causes[0].kind, CauseKind::WhiteSpaceInAccessKey);
}

#[test]
fn what_is_no_request_is_refused_with_a_reason() {
    let check = |text: &str, expected: PasteError| {
        assert_eq!(read(text), Err(expected), "{text}");
    };
    check("", PasteError::Empty);
    check(" \n\u{feff}", PasteError::Empty);
    check("hello", PasteError::Unknown);
    check("{\"a\": 1}", PasteError::Unknown);
    check("curl -H 'a", PasteError::OpenQuote);
    check("curl -X POST", PasteError::NoUrl);
    check("curl ftp://h/", PasteError::Url("ftp://h/".to_owned()));
    check(
        "curl -H \"Authorization: MQ $AK:$SIG\" http://h/",
        PasteError::Unexpanded("Authorization".to_owned()),
    );
}
