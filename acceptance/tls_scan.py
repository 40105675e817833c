# SPDX-License-Identifier: Apache-2.0
"""What testssl.sh and sslscan find in TlsEcho: nothing below TLS 1.2, no finding of medium severity or worse."""

import contextlib
import json
import subprocess
import xml.etree.ElementTree

import server as ours

PACKAGES = {"testssl": "testssl.sh", "sslscan": "sslscan", "hexdump": "bsdextrautils"}
BAD = {"MEDIUM", "HIGH", "CRITICAL", "FATAL"}
# What it cannot tell with an s_client of OpenSSL 3: that one ends with its input, before it asks for another handshake,
# and the status 0 is taken for consent. `openssl s_server -no_renegotiation` ends its s_client with 0 as well. So it is
# looked at below.
UNTOLD = {"secure_client_renego"}
OLD = {"SSLv2", "SSLv3", "TLS1", "TLS1_1"}
NEW = {"TLS1_2", "TLS1_3"}


def scan(files):
    with ours.running("TlsEcho", "--cert", files.server, "--key", files.server_key) as server:
        testssl(server.port, files)
        renegotiation(server.port, files)
        sslscan(server.port, files)


def testssl(port, files):
    report = files.directory / "testssl.json"
    done = subprocess.run(
        ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1", "--add-ca", str(files.ca), "--jsonfile",
         str(report), f"localhost:{port}"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    findings = json.loads(report.read_text())
    by_id = {finding["id"]: finding for finding in findings}
    if "TLS1_2" not in by_id:
        raise AssertionError(f"testssl.sh has not come far: {done.stdout[-2000:]}")
    bad = [f"{f['id']} {f['severity']}: {f['finding']}" for f in findings
           if f["severity"] in BAD and f["id"] not in UNTOLD]
    ours.check(f"testssl.sh: none of {len(findings)} findings is of medium severity or worse", not bad, "; ".join(bad))
    for version in sorted(OLD):
        ours.check(f"testssl.sh: {version} is not offered", by_id[version]["finding"].startswith("not offered"),
                   by_id[version]["finding"])
    for version in sorted(NEW):
        ours.check(f"testssl.sh: {version} is offered", by_id[version]["finding"].startswith("offered"), by_id[version]["finding"])
    unsure = [f"{f['id']}: {f['finding']}" for f in findings if f["severity"] == "WARN"]
    print(f"     testssl.sh, what it could not check: {'; '.join(unsure) or 'nothing'}")
    low = [f"{f['id']}: {f['finding']}" for f in findings if f["severity"] == "LOW"]
    print(f"     testssl.sh, of low severity: {'; '.join(low) or 'nothing'}")


def renegotiation(port, files):
    """Says something, asks for another handshake, and says something again, of which nothing may come back."""
    with subprocess.Popen(["openssl", "s_client", "-tls1_2", "-connect", f"localhost:{port}", "-CAfile", str(files.ca)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
        client.stdin.write("before\n")
        client.stdin.flush()
        said = ""
        while not said.endswith("before\n"):
            said += client.stdout.readline()
        with contextlib.suppress(BrokenPipeError):
            # A command when it comes alone.
            client.stdin.write("R\n")
            client.stdin.flush()
            while "RENEGOTIATING" not in said:
                said += client.stdout.readline()
            client.stdin.write("after\n")
            client.stdin.flush()
        rest = client.stdout.read()
    ours.check("openssl s_client: renegotiation ends the connection", "after" not in rest, rest.strip()[-100:])


def sslscan(port, files):
    report = files.directory / "sslscan.xml"
    subprocess.run(["sslscan", "--no-colour", f"--xml={report}", "--sni-name=localhost", f"127.0.0.1:{port}"], check=True,
                   stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
    test = xml.etree.ElementTree.parse(report).getroot().find("ssltest")
    enabled = {f"{p.get('type').upper()} {p.get('version')}" for p in test.findall("protocol") if p.get("enabled") == "1"}
    ours.check("sslscan: TLS 1.2 and 1.3 and nothing else", enabled == {"TLS 1.2", "TLS 1.3"}, ", ".join(sorted(enabled)))
    ciphers = test.findall("cipher")
    weak = [f"{c.get('cipher')} {c.get('strength')}" for c in ciphers if c.get("strength") not in ("strong", "acceptable")]
    ours.check(f"sslscan: each of {len(ciphers)} ciphers is strong", ciphers and not weak, ", ".join(weak))
    for what, attribute in ("heartbleed", "vulnerable"), ("compression", "supported"):
        found = [e.attrib for e in test.findall(what) if e.get(attribute) != "0"]
        ours.check(f"sslscan: no {what}", not found, found or "")
    renegotiation = test.find("renegotiation")
    ours.check("sslscan: renegotiation is secure or not supported",
               renegotiation.get("secure") == "1" or renegotiation.get("supported") == "0", renegotiation.attrib)
