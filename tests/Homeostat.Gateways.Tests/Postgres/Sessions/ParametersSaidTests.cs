using System.Buffers.Binary;
using Homeostat.Gateways.Postgres.Sessions;

namespace Homeostat.Gateways.Tests.Postgres.Sessions;

/// <summary>What a Parse message says of types matters where a value of one can be several keys, or run code.</summary>
public sealed class ParametersSaidTests
{
    [Theory]
    [InlineData(20u, true)]
    [InlineData(25u, true)]
    [InlineData(0u, true)]
    [InlineData(700u, false)]
    [InlineData(701u, false)]
    [InlineData(1042u, false)]
    [InlineData(1184u, false)]
    [InlineData(1114u, true)]
    public void A_type_to_which_keys_are_rounded_is_named_with_its_place(uint type, bool isExact)
    {
        var said = ParametersSaid.Of(Body(20, type));

        Assert.Equal(isExact ? [] : [KeyValuePair.Create(2, type)], said.Inexact);
        Assert.Empty(said.Own);
    }

    [Fact]
    public void A_type_of_somebodys_own_is_named() => Assert.Equal([16384u], ParametersSaid.Of(Body(16384)).Own);

    private static byte[] Body(params uint[] types)
    {
        var body = new byte["\0select 1\0"u8.Length + 2 + (4 * types.Length)];
        "\0select 1\0"u8.CopyTo(body);
        var rest = body.AsSpan("\0select 1\0"u8.Length);
        BinaryPrimitives.WriteInt16BigEndian(rest, (short)types.Length);
        for (var at = 0; at < types.Length; at++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest[(2 + (4 * at))..], types[at]);
        }

        return body;
    }
}
