"""TLS inside the process: a server context with a certificate made on the spot, and
two ends joined by memory only, whose records are handed out as octets."""

import os
import ssl
import subprocess
import tempfile


def make_certificate(directory, name):
    """A self-signed certificate for name; returns (certificate, key) file names."""
    certificate, key = os.path.join(directory, "cert.pem"), os.path.join(directory, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", certificate, "-days", "3650", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return certificate, key


class TlsPair:
    """Both ends of one TLS connection. client_*/server_* return the records to put on the wire."""

    def __init__(self, name):
        with tempfile.TemporaryDirectory() as directory:
            self._build(directory, name)

    def _build(self, directory, name):
        certificate, key = make_certificate(directory, name)
        keylog = os.path.join(directory, "keylog")
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(certificate, key)
        server.num_tickets = 0
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(certificate)
        client.keylog_filename = keylog
        self._c_in, self._c_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._s_in, self._s_out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = client.wrap_bio(self._c_in, self._c_out, server_hostname=name)
        self.server = server.wrap_bio(self._s_in, self._s_out, server_side=True)
        self.flights = list(self._handshake())
        with open(keylog, "rb") as log:
            self.keylog = b"".join(line for line in log if not line.startswith(b"#"))

    def _handshake(self):
        """Yields ("client" or "server", records) until both ends are done."""
        done = {"client": False, "server": False}
        while not all(done.values()):
            for side, tls, out, other_in in (("client", self.client, self._c_out, self._s_in),
                                             ("server", self.server, self._s_out, self._c_in)):
                if not done[side]:
                    try:
                        tls.do_handshake()
                        done[side] = True
                    except ssl.SSLWantReadError:
                        pass
                records = out.read()
                if records:
                    other_in.write(records)
                    yield side, records

    @staticmethod
    def _send(tls, out, peer, peer_in, data):
        tls.write(data)
        records = out.read()
        peer_in.write(records)
        received = b""
        while len(received) < len(data):
            received += peer.read(65536)
        return records

    def client_write(self, data):
        return self._send(self.client, self._c_out, self.server, self._s_in, data)

    def server_write(self, data):
        return self._send(self.server, self._s_out, self.client, self._c_in, data)

    def client_close(self):
        """The close_notify of the client."""
        try:
            self.client.unwrap()
        except ssl.SSLWantReadError:
            pass
        return self._c_out.read()
