namespace Homeostat.Gateways.Postgres.Wire;

/// <summary>The first five bytes of a message: its type and the length of what follows them; type 0 is the end of the stream.</summary>
internal readonly record struct MessageHeader(byte Type, int BodyLength)
{
    /// <summary>Bytes of a header on the wire: the type and a length that counts itself.</summary>
    public const int Bytes = 1 + LengthBytes;

    /// <summary>Bytes of the length, which are part of what it counts.</summary>
    public const int LengthBytes = 4;

    /// <summary>The other side closed the connection between two messages.</summary>
    public bool IsEnd => Type == 0;
}
