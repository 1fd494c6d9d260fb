using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Homeostat.Gateways.Postgres.Authentication;

/// <summary>A certificate of our own making for connections from this machine; its file holds its key too.</summary>
public static class ServerCertificate
{
    public const string FileName = "postgres-tls.pem";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// The certificate in the folder's file, or a new one where there is none or it is about to expire. A client that
    /// checks certificates is given the file's certificate, without the key.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="FormatException">The file holds something else; it is never overwritten then.</exception>
    public static X509Certificate2 LoadOrCreate(string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        var path = Path.Combine(folder, FileName);
        if (File.Exists(path))
        {
            var certificate = Load(path);
            if (certificate.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime > Limits.LeastCertificateLife)
            {
                return certificate;
            }

            certificate.Dispose();
        }

        Save(path, time.GetUtcNow());
        return Load(path);
    }

    private static X509Certificate2 Load(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != UnixFileMode.None)
        {
            throw new FormatException($"{path}: others than its owner can use this key; set its mode to 600");
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(path);
        }
        catch (CryptographicException e)
        {
            throw new FormatException(
                $"{path}: not a certificate with its key ({e.Message}); move it away, and a new one is made",
                e
            );
        }
    }

    /// <summary>Written beside and renamed: a crash leaves the file before or the new one.</summary>
    private static void Save(string path, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(key).CreateSelfSigned(now.AddMinutes(-5), now + Limits.CertificateLife);
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using (var file = new FileStream(temporary, options))
        {
            file.Write(
                Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n")
            );
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static CertificateRequest Request(ECDsa key)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false)
        );
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(
                certificateAuthority: false,
                hasPathLengthConstraint: false,
                pathLengthConstraint: 0,
                critical: true
            )
        );
        return request;
    }
}
