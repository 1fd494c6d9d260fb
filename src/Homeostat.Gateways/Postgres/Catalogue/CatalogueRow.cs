using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Homeostat.Gateways.Postgres.Catalogue;

/// <summary>One row of the system catalogue, however it came.</summary>
internal abstract class CatalogueRow
{
    public abstract bool IsNull(int at);

    public abstract string GetString(int at);

    public abstract bool GetBoolean(int at);

    public abstract int GetInt32(int at);

    public abstract long GetInt64(int at);

    public abstract int[] GetInt32s(int at);

    /// <summary>Without the elements that are null.</summary>
    public abstract long[] GetInt64s(int at);
}

/// <summary>Rows of a reader in turn; a digest of all that was read of them tells whether anything has changed.</summary>
internal sealed class ReaderRow(NpgsqlDataReader reader, IncrementalHash digest) : CatalogueRow
{
    private readonly byte[] _number = new byte[sizeof(long)];

    public override bool IsNull(int at) => Seen(reader.IsDBNull(at) ? 1 : 0) == 1;

    public override string GetString(int at)
    {
        var text = reader.GetString(at);
        Seen(text.Length);
        digest.AppendData(Encoding.UTF8.GetBytes(text));
        return text;
    }

    public override bool GetBoolean(int at) => Seen(reader.GetBoolean(at) ? 1 : 0) == 1;

    public override int GetInt32(int at) => (int)Seen(reader.GetInt32(at));

    public override long GetInt64(int at) => Seen(reader.GetInt64(at));

    public override int[] GetInt32s(int at)
    {
        var numbers = reader.GetFieldValue<int[]>(at);
        Seen(numbers.Length);
        Array.ForEach(numbers, number => Seen(number));
        return numbers;
    }

    public override long[] GetInt64s(int at)
    {
        long[] numbers = [.. reader.GetFieldValue<long?[]>(at).OfType<long>()];
        Seen(numbers.Length);
        Array.ForEach(numbers, number => Seen(number));
        return numbers;
    }

    private long Seen(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, number);
        digest.AppendData(_number);
        return number;
    }
}

/// <summary>A row in PostgreSQL's text format.</summary>
internal sealed class TextCatalogueRow(string?[] fields) : CatalogueRow
{
    public override bool IsNull(int at) => fields[at] is null;

    public override string GetString(int at) => fields[at] ?? throw new FormatException($"field {at} is null");

    public override bool GetBoolean(int at) => GetString(at) == "t";

    public override int GetInt32(int at) => int.Parse(GetString(at), CultureInfo.InvariantCulture);

    public override long GetInt64(int at) => long.Parse(GetString(at), CultureInfo.InvariantCulture);

    public override int[] GetInt32s(int at) => [.. GetInt64s(at).Select(number => checked((int)number))];

    /// <summary>An array of numbers; one that starts at 0, as <c>int2vector</c> does, has its bounds before it.</summary>
    public override long[] GetInt64s(int at)
    {
        var text = GetString(at);
        var start = text.IndexOf('{', StringComparison.Ordinal);
        return start < 0 || text[^1] != '}'
            ? throw new FormatException($"field {at} is no array")
            :
            [
                .. text[(start + 1)..^1]
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Where(item => item != "NULL")
                    .Select(item => long.Parse(item, CultureInfo.InvariantCulture)),
            ];
    }
}
