using System.Text;
using Homeostat.Gateways.Postgres.Authentication;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Tests.Postgres.Authentication;

/// <summary>The example of RFC 7677, section 3, and everything that deviates from it.</summary>
public sealed class ScramTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerNonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private const string Salt = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private const string ClientFirst = $"n,,n=user,r={ClientNonce}";
    private const string ServerFirst = $"r={ClientNonce}{ServerNonce},s={Salt},i=4096";
    private const string ClientFinal =
        $"c=biws,r={ClientNonce}{ServerNonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static ScramVerifier Pencil => ScramVerifier.Create("pencil", Convert.FromBase64String(Salt), 4096);

    private static ScramServer Server() => new(Pencil, ServerNonce);

    private static ScramClient Client(string password = "pencil") => new(password, ClientNonce, "user");

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Fact]
    public void The_server_says_what_the_standards_example_says()
    {
        var server = Server();

        Assert.Equal(ServerFirst, Encoding.ASCII.GetString(server.Begin(Utf8(ClientFirst))));
        Assert.True(server.TryFinish(Utf8(ClientFinal), out var final));
        Assert.Equal(ServerFinal, Encoding.ASCII.GetString(final));
    }

    [Fact]
    public void The_client_says_what_the_standards_example_says()
    {
        var client = Client();

        Assert.Equal(ClientFirst, Encoding.ASCII.GetString(client.First()));
        Assert.Equal(ClientFinal, Encoding.ASCII.GetString(client.Prove(Utf8(ServerFirst))));
        client.Verify(Utf8(ServerFinal));
    }

    [Fact]
    public void Another_password_is_not_accepted()
    {
        var (server, client) = (Server(), Client("pencils"));

        Assert.False(server.TryFinish(client.Prove(server.Begin(client.First())), out var final));
        Assert.Empty(final);
    }

    /// <summary>A client that binds channels, and was not offered it, says y: accepted, and told apart from n.</summary>
    [Fact]
    public void A_client_that_could_bind_the_channel_is_accepted_where_that_was_not_offered()
    {
        var server = Server();
        server.Begin(Utf8($"y,,n=user,r={ClientNonce}"));

        var refusal = Assert.Throws<ProtocolException>(() => server.TryFinish(Utf8(ClientFinal), out _));
        Assert.Contains("channel binding", refusal.Message, StringComparison.Ordinal);
        Assert.False(server.TryFinish(Utf8(ClientFinal.Replace("biws", "eSws", StringComparison.Ordinal)), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("n")]
    [InlineData("n,,")]
    [InlineData("x,,n=user,r=abc")]
    [InlineData("p=tls-server-end-point,,n=user,r=abc")]
    [InlineData("n,a=admin,n=user,r=abc")]
    [InlineData("n,,n=user,r=")]
    [InlineData("n,,n=user,r=a b")]
    [InlineData("n,,n=user,r=ä")]
    [InlineData("n,,m=ext,n=user,r=abc")]
    [InlineData("n,,r=abc,n=user")]
    [InlineData("n,,n=user,r=a\0c")]
    public void A_first_message_that_is_not_one_is_refused(string message) =>
        Assert.Throws<ProtocolException>(() => Server().Begin(Utf8(message)));

    [Fact]
    public void A_first_message_is_bounded_and_text()
    {
        Assert.Throws<ProtocolException>(() => Server().Begin(Utf8("n,,n=,r=" + new string('a', 3000))));
        Assert.Throws<ProtocolException>(() => Server().Begin([0xFF, 0xFE]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("p=")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=!!!!")]
    [InlineData("c=biws,r=rOprNGfwEbeRWgbNEkqO,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("c=biws,r=x,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    [InlineData("r=x,c=biws,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")]
    public void A_last_message_that_is_not_of_this_exchange_is_refused(string message)
    {
        var server = Server();
        server.Begin(Utf8(ClientFirst));

        Assert.Throws<ProtocolException>(() => server.TryFinish(Utf8(message), out _));
    }

    [Fact]
    public void A_proof_that_was_overheard_is_of_no_use_in_another_exchange()
    {
        var server = new ScramServer(Pencil);
        server.Begin(Utf8(ClientFirst));

        Assert.Throws<ProtocolException>(() => server.TryFinish(Utf8(ClientFinal), out _));
    }

    [Theory]
    [InlineData("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G8=")]
    [InlineData("v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("v=")]
    [InlineData("e=other-error")]
    [InlineData("")]
    public void A_server_that_does_not_know_the_password_is_not_believed(string final)
    {
        var client = Client();
        client.Prove(Utf8(ServerFirst));

        Assert.Throws<ProtocolException>(() => client.Verify(Utf8(final)));
    }

    [Fact]
    public void A_server_that_proves_itself_before_it_asked_is_not_believed() =>
        Assert.Throws<ProtocolException>(() => Client().Verify(Utf8(ServerFinal)));

    [Theory]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=other%hvYDpWUa2RaTCAfuxFIlj,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=2147483647")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096")]
    [InlineData("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("")]
    public void A_challenge_that_is_not_one_is_refused(string challenge) =>
        Assert.Throws<ProtocolException>(() => Client().Prove(Utf8(challenge)));

    [Fact]
    public void A_verifier_is_the_same_after_it_was_written_and_read()
    {
        var text = Pencil.ToString();

        Assert.StartsWith($"SCRAM-SHA-256$4096:{Salt}$", text, StringComparison.Ordinal);
        Assert.True(ScramVerifier.TryParse(text, out var read));
        Assert.Equal(text, read.ToString());
        Assert.DoesNotContain("pencil", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("md5c2d0f2b1e0a3c5d7e9f1a3b5c7d9e1f3")]
    [InlineData("SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-256$4096:c2FsdA==$c2hvcnQ=:c2hvcnQ=")]
    [InlineData(
        "SCRAM-SHA-256$1:c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    )]
    [InlineData(
        "SCRAM-SHA-256$4096:$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    )]
    public void What_is_no_verifier_lets_nobody_in(string? text)
    {
        Assert.False(ScramVerifier.TryParse(text, out var verifier));
        Assert.Null(verifier);
    }

    [Theory]
    [InlineData("pässword")]
    [InlineData("tab\there")]
    public void A_password_that_would_have_to_be_prepared_is_refused(string password) =>
        Assert.Throws<ArgumentException>(() => ScramVerifier.Create(password));

    [Fact]
    public void Two_verifiers_of_one_password_have_two_salts() =>
        Assert.NotEqual(ScramVerifier.Create("x").ToString(), ScramVerifier.Create("x").ToString());

    [Fact]
    public void A_name_that_does_not_exist_looks_like_one_that_does()
    {
        var mocks = new MockVerifiers();
        var (real, mock) = (ScramVerifier.Create("x"), mocks.For("lease-1"));

        Assert.Equal(mock.ToString(), mocks.For("lease-1").ToString());
        Assert.NotEqual(mock.Salt.ToArray(), mocks.For("lease-2").Salt.ToArray());
        Assert.NotEqual(mock.Salt.ToArray(), new MockVerifiers().For("lease-1").Salt.ToArray());
        Assert.Equal((real.Iterations, real.Salt.Length), (mock.Iterations, mock.Salt.Length));
        Assert.True(ScramVerifier.TryParse(mock.ToString(), out _));

        var (server, client) = (new ScramServer(mock), new ScramClient("x"));
        Assert.False(server.TryFinish(client.Prove(server.Begin(client.First())), out _));
    }
}
