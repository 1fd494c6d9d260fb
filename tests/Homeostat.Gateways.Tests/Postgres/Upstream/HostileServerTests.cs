using System.Net;
using System.Net.Sockets;
using System.Text;
using Homeostat.Gateways.Postgres.Upstream;
using Homeostat.Gateways.Postgres.Wire;
using Homeostat.Gateways.Tests.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Upstream;

/// <summary>Servers that say, after each thing that they are told, the next line of a script, and then close.</summary>
public sealed class HostileServerTests : IDisposable
{
    private static readonly byte[] Ok = Samples.Bytes(BackendMessages.WriteAuthenticationOk);
    private static readonly byte[] Sasl = Samples.Bytes(to =>
        BackendMessages.WriteAuthenticationSasl(to, "SCRAM-SHA-256")
    );
    private static readonly byte[] Ready = Samples.Bytes(to => BackendMessages.WriteReadyForQuery(to, (byte)'I'));
    private static readonly byte[] Key = Samples.Bytes(to => BackendMessages.WriteBackendKeyData(to, 1, 2));
    private static readonly byte[] Version = VersionIs("15.7 (Debian 15.7-0+deb12u1)");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public HostileServerTests() => _listener.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Refused =>
        new()
        {
            { "ready before we are in", "08P01" },
            { "in without a proof", "28000" },
            { "asks twice", "28000" },
            { "a challenge nobody asked for", "28000" },
            { "a proof nobody asked for", "28000" },
            { "no mechanism that is known", "28000" },
            { "asks for Kerberos", "28000" },
            { "asks for a password in the clear", "28000" },
            { "a request that is cut", "08P01" },
            { "a setting before we are in", "08P01" },
            { "a key of no length", "08P01" },
            { "a message of no type", "08P01" },
            { "a length below zero", "08P01" },
            { "an error that is cut", "08P01" },
            { "too old", "0A000" },
            { "too new", "0A000" },
            { "no version", "0A000" },
            { "closes", "08001" },
            { "closes within a message", "08001" },
        };

    private static byte[][] Script(string name) =>
        name switch
        {
            "ready before we are in" => [Ready],
            "in without a proof" => [Sasl, [.. Ok, .. Version, .. Ready]],
            "asks twice" => [Sasl, Sasl],
            "a challenge nobody asked for" => [Authentication(11, "r=x,s=AAAA,i=4096"u8)],
            "a proof nobody asked for" =>
            [
                [.. Authentication(12, "v=AAAA"u8), .. Ok, .. Version, .. Ready],
            ],
            "no mechanism that is known" => [Authentication(10, "SCRAM-SHA-256-PLUS\0\0"u8)],
            "asks for Kerberos" => [Authentication(7, [])],
            "asks for a password in the clear" => [Authentication(3, [])],
            "a request that is cut" => [Samples.Message(BackendType.Authentication, [0, 0])],
            "a setting before we are in" => [Version],
            "a key of no length" =>
            [
                [.. Ok, .. Samples.Message(BackendType.BackendKeyData, [0, 0, 0, 1])],
            ],
            "a message of no type" => [Samples.Message(0xFF, [])],
            "a length below zero" => [Samples.WithLength(Ok, -5)],
            "an error that is cut" => [Samples.Message(BackendType.ErrorResponse, "Mforged"u8)],
            "too old" =>
            [
                [.. Ok, .. VersionIs("12.19"), .. Key, .. Ready],
            ],
            "too new" =>
            [
                [.. Ok, .. VersionIs("19devel"), .. Key, .. Ready],
            ],
            "no version" =>
            [
                [.. Ok, .. Key, .. Ready],
            ],
            "closes within a message" => [Ok[..7]],
            _ => [],
        };

    public void Dispose() => _listener.Dispose();

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_server_that_is_not_as_it_should_be_is_refused(string name, string state)
    {
        var refusal = await Assert.ThrowsAsync<UpstreamException>(() => ConnectAsync("disable", Script(name)));

        Assert.Equal(state, refusal.SqlState);
        Assert.DoesNotContain("pa55", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("13.0", 13)]
    [InlineData("18beta1", 18)]
    [InlineData("16", 16)]
    public async Task Versions_that_are_spoken_to_are_known_by_their_first_digits(string version, int major)
    {
        await using var connection = await ConnectAsync(
            "disable",
            [
                [.. Ok, .. VersionIs(version), .. Key, .. Ready],
            ]
        );

        Assert.Equal(major, connection.ServerMajor);
    }

    [Theory]
    [InlineData("N", "require", "08001")]
    [InlineData("N", "verify-full", "08001")]
    [InlineData("Eforged", "prefer", "08P01")]
    [InlineData("Eforged", "verify-full", "08P01")]
    [InlineData("SR\0\0\0\u0008\0\0\0\0Z\0\0\0\u0005I", "prefer", "08001")]
    public async Task An_answer_in_the_clear_is_not_taken_for_one_that_was_encrypted(
        string answer,
        string mode,
        string state
    )
    {
        var refusal = await Assert.ThrowsAsync<UpstreamException>(() =>
            ConnectAsync(mode, [Encoding.ASCII.GetBytes(answer), [.. Ok, .. Version, .. Ready]])
        );

        Assert.Equal(state, refusal.SqlState);
        Assert.DoesNotContain("forged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_left_when_the_caller_gives_up()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            UpstreamConnection.ConnectAsync(Address("disable"), "x", null, limit.Token)
        );
    }

    [Theory]
    [InlineData("row before its description")]
    [InlineData("row that is cut")]
    [InlineData("status that is none")]
    [InlineData("message of a startup")]
    public async Task An_answer_to_a_query_that_is_not_one_ends_the_connection(string name)
    {
        var description = Samples.Message(BackendType.RowDescription, [0, 1]);
        byte[] answer = name switch
        {
            "row before its description" => Samples.Message(BackendType.DataRow, [0, 0]),
            "row that is cut" => [.. description, .. Samples.Message(BackendType.DataRow, [0, 1, 0x7F, 0, 0, 0])],
            "status that is none" => Samples.Message(BackendType.ReadyForQuery, "X"u8),
            _ => Ok,
        };
        await using var connection = await ConnectAsync(
            "disable",
            [
                [.. Ok, .. Version, .. Key, .. Ready],
                answer,
            ]
        );

        await Assert.ThrowsAsync<ProtocolException>(() => connection.QueryAsync("select 1", (_, _) => { }, Token));
    }

    [Fact]
    public async Task An_answer_that_ends_half_way_is_no_answer()
    {
        byte[] half = [.. Samples.Message(BackendType.RowDescription, [0, 0])];
        await using var connection = await ConnectAsync(
            "disable",
            [
                [.. Ok, .. Version, .. Key, .. Ready],
                half,
            ]
        );

        var refusal = await Assert.ThrowsAsync<UpstreamException>(() =>
            connection.QueryAsync("select 1", (_, _) => { }, Token)
        );

        Assert.Equal("08006", refusal.SqlState);
    }

    private UpstreamAddress Address(string mode) =>
        UpstreamAddress.Parse(
            $"postgres://u:pa55@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}?sslmode={mode}"
        );

    private async Task<UpstreamConnection> ConnectAsync(string mode, byte[][] script)
    {
        var playing = PlayAsync(script);
        try
        {
            return await UpstreamConnection.ConnectAsync(Address(mode), "x", null, Token);
        }
        catch
        {
            await playing;
            throw;
        }
    }

    private async Task PlayAsync(byte[][] script)
    {
        using var client = await _listener.AcceptTcpClientAsync(Token);
        var stream = client.GetStream();
        var heard = new byte[4096];
        try
        {
            foreach (var line in script)
            {
                if (await stream.ReadAsync(heard, Token) == 0)
                {
                    return;
                }

                await stream.WriteAsync(line, Token);
            }

            client.Client.Shutdown(SocketShutdown.Send);
            while (await stream.ReadAsync(heard, Token) > 0) { }
        }
        catch (IOException)
        {
            // The client left first.
        }
    }

    private static byte[] VersionIs(string version) =>
        Samples.Bytes(to => BackendMessages.WriteParameterStatus(to, "server_version", version));

    private static byte[] Authentication(byte kind, ReadOnlySpan<byte> data) =>
        Samples.Message(BackendType.Authentication, [0, 0, 0, kind, .. data]);
}
