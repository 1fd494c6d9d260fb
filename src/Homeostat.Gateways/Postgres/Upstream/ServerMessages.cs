using System.Text;
using Homeostat.Gateways.Postgres.Wire;

namespace Homeostat.Gateways.Postgres.Upstream;

/// <summary>Fields of what the server sends that are read here and not passed on.</summary>
internal static class ServerMessages
{
    private const string ServerVersion = "server_version";

    public static UpstreamException Refusal(ReadOnlySpan<byte> body) =>
        ErrorFields.TryRead(body, out var error)
            ? new UpstreamException(error)
            : throw new ProtocolException("the server sent an error whose fields are cut");

    public static void TakeParameter(ReadOnlySpan<byte> body, Dictionary<string, string> parameters)
    {
        var fields = new FieldReader(body);
        if (!fields.TryReadString(out var name) || !fields.TryReadString(out var value) || !fields.IsAtEnd)
        {
            throw new ProtocolException("the server's ParameterStatus is cut or too long");
        }

        parameters[Encoding.UTF8.GetString(name)] = Encoding.UTF8.GetString(value);
    }

    /// <summary>The major version: the digits that <c>server_version</c> starts with.</summary>
    public static int Major(IReadOnlyDictionary<string, string> parameters)
    {
        var text = parameters.GetValueOrDefault(ServerVersion, "");
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        var major = int.TryParse(digits < 0 ? text : text.AsSpan(0, digits), out var number) ? number : 0;
        return major is >= Limits.OldestServer and <= Limits.NewestServer
            ? major
            : throw new UpstreamException(
                SqlState.FeatureNotSupported,
                $"the server's version is \"{text}\"; PostgreSQL {Limits.OldestServer} to {Limits.NewestServer} are spoken to"
            );
    }

    /// <summary>The status of a ReadyForQuery: I, T or E.</summary>
    public static byte Status(ReadOnlySpan<byte> body) =>
        body is [(byte)'I' or (byte)'T' or (byte)'E']
            ? body[0]
            : throw new ProtocolException("the server's ReadyForQuery has no status that is known");
}
