using System.Runtime.Versioning;
using Homeostat.Gateways.Postgres.Authentication;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Gateways.Tests.Postgres.Authentication;

[UnsupportedOSPlatform("windows")]
public sealed class ServerCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("homeostat-tls").FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 28, 0, 0, 0, TimeSpan.Zero));

    private string FilePath => Path.Combine(_folder, ServerCertificate.FileName);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_certificate_is_made_once_and_its_key_is_its_owners_alone()
    {
        using var first = ServerCertificate.LoadOrCreate(_folder, _time);
        using var second = ServerCertificate.LoadOrCreate(_folder, _time);

        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.True(second.HasPrivateKey);
        Assert.True(second.MatchesHostname("localhost"));
        Assert.True(second.MatchesHostname("127.0.0.1"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_certificate_that_is_about_to_expire_is_replaced()
    {
        using var first = ServerCertificate.LoadOrCreate(_folder, _time);
        _time.Advance(TimeSpan.FromDays(699));
        using var kept = ServerCertificate.LoadOrCreate(_folder, _time);
        _time.Advance(TimeSpan.FromDays(2));
        using var replaced = ServerCertificate.LoadOrCreate(_folder, _time);

        Assert.Equal(first.Thumbprint, kept.Thumbprint);
        Assert.NotEqual(first.Thumbprint, replaced.Thumbprint);
        Assert.True(replaced.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime.AddDays(700));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        ServerCertificate.LoadOrCreate(_folder, _time).Dispose();
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var refusal = Assert.Throws<FormatException>(() => ServerCertificate.LoadOrCreate(_folder, _time));

        Assert.Contains("600", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_holds_something_else_is_left_alone()
    {
        File.WriteAllText(FilePath, "mine");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Throws<FormatException>(() => ServerCertificate.LoadOrCreate(_folder, _time));

        Assert.Equal("mine", File.ReadAllText(FilePath));
    }
}
