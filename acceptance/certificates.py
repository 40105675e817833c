# SPDX-License-Identifier: Apache-2.0
"""Certificates for the programs that talk TLS with each other, made by openssl."""

import subprocess


class Files:
    """A CA and what it has signed, as PEM files."""

    def __init__(self, directory):
        self.directory = directory
        self.ca, self.ca_key = self._self_signed("ca")
        self.stranger, self.stranger_key = self._self_signed("stranger")
        # As scanners want it: what it is for, and where it would be revoked.
        self.server, self.server_key = self._signed(
            "localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\n"
            "crlDistributionPoints=URI:http://crl.test/ca.crl")
        self.other, self.other_key = self._signed("other", "subjectAltName=DNS:other.test")
        self.client, self.client_key = self._signed("client", "extendedKeyUsage=clientAuth")

    def _openssl(self, *words):
        subprocess.run(["openssl", *[str(word) for word in words]], check=True, capture_output=True)

    def _key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.directory / f"{name}.key"]

    def _self_signed(self, name):
        file = self.directory / f"{name}.pem"
        self._openssl("req", "-x509", *self._key(name), "-days", 90, "-subj", f"/CN={name}", "-out", file)
        return file, self.directory / f"{name}.key"

    def _signed(self, name, extension):
        request, file, extensions = (self.directory / f"{name}{end}" for end in (".csr", ".pem", ".ext"))
        extensions.write_text(extension)
        self._openssl("req", "-new", *self._key(name), "-subj", f"/CN={name}", "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial", "-days",
                      90, "-extfile", extensions, "-out", file)
        return file, self.directory / f"{name}.key"
