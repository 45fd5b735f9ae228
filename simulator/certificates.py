"""A certificate authority of the simulator's own, fresh at every start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOSTS = ("localhost",)
ADDRESSES = (*(f"127.0.0.{number}" for number in range(1, 6)), "::1")
VALID = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC))
"""Wide enough for tests that move the clock."""
PEM = serialization.Encoding.PEM


class Authority:
    """Signs certificates of servers, as its own certificate lets it."""

    def __init__(self) -> None:
        """Make a key and a certificate."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Simulator CA")
        self._certificate = (
            _builder(self._name, self._name, self._key.public_key(), VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(ca=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, for who is to trust it."""
        return self._certificate.public_bytes(PEM)

    def issue(
        self,
        folder: Path,
        hosts: Iterable[str] = (*HOSTS, *ADDRESSES),
        valid: tuple[datetime, datetime] = VALID,
        *,
        self_signed: bool = False,
    ) -> ssl.SSLContext:
        """Write server.pem and server.key into folder; return a server's TLS context."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("localhost")
        certificate = (
            _builder(name, name if self_signed else self._name, key.public_key(), valid)
            .add_extension(
                x509.BasicConstraints(ca=False, path_length=None), critical=True
            )
            .add_extension(_key_usage(ca=False), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
            .add_extension(
                x509.SubjectAlternativeName([_general_name(host) for host in hosts]),
                critical=False,
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    (key if self_signed else self._key).public_key()
                ),
                critical=False,
            )
            .sign(key if self_signed else self._key, hashes.SHA256())
        )
        (folder / "server.pem").write_bytes(certificate.public_bytes(PEM))
        key_file = folder / "server.key"
        key_file.touch(mode=0o600)
        key_file.write_bytes(
            key.private_bytes(
                PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(folder / "server.pem", key_file)
        return context


def issue_certificates(
    folder: Path, hosts: Iterable[str] = (*HOSTS, *ADDRESSES)
) -> ssl.SSLContext:
    """Write ca.pem, server.pem and server.key into folder; return the server's TLS context."""
    authority = Authority()
    (folder / "ca.pem").write_bytes(authority.pem)
    return authority.issue(folder, hosts)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    valid: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
