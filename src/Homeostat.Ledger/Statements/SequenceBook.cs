using System.Security.Cryptography;
using Homeostat.Ledger.Merkle;

namespace Homeostat.Ledger.Statements;

/// <summary>What a sequence number means for an entry.</summary>
public enum SequenceStanding
{
    /// <summary>The next one; it belongs into the log.</summary>
    Next,

    /// <summary>The same entry is in the log already.</summary>
    Retry,

    /// <summary>Another entry with this number is in the log, also signed by this key.</summary>
    Equivocation,

    /// <summary>A gap, a closed session, or a number too old to be compared.</summary>
    OutOfSequence,
}

/// <summary>How an entry stands, why, and at which index the earlier entry with this number stands, where there is one.</summary>
public readonly record struct SequenceAnswer(SequenceStanding Standing, string Reason, long Earlier = -1);

/// <summary>
/// Follows the sequences of all keys: a fold over the log that anybody can repeat. A key's sessions only rise, eight of them may be open, and within
/// one the numbers count 1, 2, 3, …. Its memory depends on the keys, not on the log's length. One writer, no locks.
/// </summary>
public sealed class SequenceBook
{
    private static ReadOnlySpan<byte> Magic => "homeostat-sessions/v1\n"u8;

    private readonly Dictionary<string, KeyState> _keys = new(StringComparer.Ordinal);

    /// <summary>How many entries of the log this is the state after.</summary>
    public long Size { get; private set; }

    /// <summary>Decides about an entry that would stand at an index; only <see cref="SequenceStanding.Next"/> changes anything.</summary>
    public SequenceAnswer Apply(Statement statement, Digest leaf, long index)
    {
        if (statement.Header.Sequence is not { } sequence)
        {
            return new SequenceAnswer(SequenceStanding.Next, "");
        }

        var name = Convert.ToHexStringLower(statement.Kid.Span);
        if (!_keys.TryGetValue(name, out var key))
        {
            if (_keys.Count >= Limits.SequencedKeys)
            {
                return Refused($"the log follows the sequences of at most {Limits.SequencedKeys} keys");
            }

            key = new KeyState();
        }

        var answer = key.Decide(sequence, leaf);
        if (answer.Standing == SequenceStanding.Next)
        {
            _keys[name] = key.With(sequence, leaf, index);
        }

        return answer;
    }

    /// <summary>Says that the log has this many entries now.</summary>
    public void Advance(long size) => Size = size;

    /// <summary>A copy to fall back on; states are immutable, so it is cheap.</summary>
    internal Dictionary<string, object> Mark(IEnumerable<Statement> statements) =>
        statements
            .Where(statement => statement.Header.Sequence is not null)
            .Select(statement => Convert.ToHexStringLower(statement.Kid.Span))
            .Distinct(StringComparer.Ordinal)
            .ToDictionary(
                name => name,
                name => (object)(_keys.GetValueOrDefault(name) ?? KeyState.None),
                StringComparer.Ordinal
            );

    /// <summary>Undoes everything since the mark, for the keys that the mark names.</summary>
    internal void Return(Dictionary<string, object> mark)
    {
        foreach (var (name, state) in mark)
        {
            if (ReferenceEquals(state, KeyState.None))
            {
                _keys.Remove(name);
            }
            else
            {
                _keys[name] = (KeyState)state;
            }
        }
    }

    /// <summary>The state with which another log goes on: every session is closed, and each key needs a higher one.</summary>
    public SequenceBook Closed()
    {
        var book = new SequenceBook();
        foreach (var (name, state) in _keys)
        {
            book._keys[name] = state.Closed();
        }

        return book;
    }

    /// <summary>The state as bytes, with their SHA-256 behind them.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Size);
            writer.Write(_keys.Count);
            foreach (var (name, state) in _keys.OrderBy(key => key.Key, StringComparer.Ordinal))
            {
                writer.Write(Convert.FromHexString(name));
                state.Write(writer);
            }
        }

        var bytes = stream.ToArray();
        return [.. bytes, .. SHA256.HashData(bytes)];
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null where a byte is not as it was.</summary>
    public static SequenceBook? TryRead(byte[] bytes)
    {
        const int hashBytes = SHA256.HashSizeInBytes;
        if (bytes.Length < Magic.Length + 12 + hashBytes || !bytes.AsSpan().StartsWith(Magic))
        {
            return null;
        }

        if (
            !SHA256
                .HashData(bytes.AsSpan(0, bytes.Length - hashBytes))
                .AsSpan()
                .SequenceEqual(bytes.AsSpan(bytes.Length - hashBytes))
        )
        {
            return null;
        }

        using var reader = new BinaryReader(
            new MemoryStream(bytes, Magic.Length, bytes.Length - Magic.Length - hashBytes)
        );
        var book = new SequenceBook { Size = reader.ReadInt64() };
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            var name = Convert.ToHexStringLower(reader.ReadBytes(32));
            book._keys[name] = KeyState.Read(reader);
        }

        return book;
    }

    private static SequenceAnswer Refused(string reason) => new(SequenceStanding.OutOfSequence, reason);

    // One key's sessions, the oldest first; immutable.
    private sealed class KeyState
    {
        public static readonly KeyState None = new();

        private readonly ulong _floor;
        private readonly Session[] _sessions;

        public KeyState()
            : this(0, []) { }

        private KeyState(ulong floor, Session[] sessions)
        {
            _floor = floor;
            _sessions = sessions;
        }

        public SequenceAnswer Decide(Sequence sequence, Digest leaf)
        {
            if (Find(sequence.Session) is { } session)
            {
                return session.Decide(sequence.Number, leaf);
            }

            if (sequence.Session < _floor || (_sessions.Length > 0 && sequence.Session < _sessions[^1].Id))
            {
                return Refused(
                    $"session {sequence.Session} is closed or was never opened; a new one needs a higher number"
                );
            }

            return sequence.Number == 1
                ? new SequenceAnswer(SequenceStanding.Next, "")
                : Refused($"session {sequence.Session} starts with number 1, not {sequence.Number}");
        }

        public KeyState With(Sequence sequence, Digest leaf, long index)
        {
            var sessions = _sessions.ToList();
            var at = sessions.FindIndex(session => session.Id == sequence.Session);
            if (at >= 0)
            {
                sessions[at] = sessions[at].With(leaf, index);
                return new KeyState(_floor, [.. sessions]);
            }

            sessions.Add(new Session(sequence.Session, 0, []).With(leaf, index));
            var floor = _floor;
            if (sessions.Count > Limits.SessionsPerKey)
            {
                floor = sessions[0].Id + 1;
                sessions.RemoveAt(0);
            }

            return new KeyState(floor, [.. sessions]);
        }

        public KeyState Closed() => new(_sessions.Length > 0 ? _sessions[^1].Id + 1 : _floor, []);

        public void Write(BinaryWriter writer)
        {
            writer.Write(_floor);
            writer.Write((byte)_sessions.Length);
            foreach (var session in _sessions)
            {
                session.Write(writer);
            }
        }

        public static KeyState Read(BinaryReader reader)
        {
            var floor = reader.ReadUInt64();
            var sessions = new Session[reader.ReadByte()];
            for (var i = 0; i < sessions.Length; i++)
            {
                sessions[i] = Session.Read(reader);
            }

            return new KeyState(floor, sessions);
        }

        private Session? Find(ulong id) => Array.Find(_sessions, session => session.Id == id);
    }

    // The last number of a session and the entries with the last few numbers, the newest last.
    private sealed record Session(ulong Id, ulong Last, (Digest Leaf, long Index)[] Recent)
    {
        public SequenceAnswer Decide(ulong number, Digest leaf)
        {
            if (number == Last + 1)
            {
                return new SequenceAnswer(SequenceStanding.Next, "");
            }

            if (number > Last)
            {
                return Refused($"session {Id} goes on with number {Last + 1}, not {number}");
            }

            var back = Last - number;
            if (back >= (ulong)Recent.Length)
            {
                return Refused($"number {number} of session {Id} was used long ago; the session is at {Last}");
            }

            var (earlier, index) = Recent[Recent.Length - 1 - (int)back];
            return earlier == leaf
                ? new SequenceAnswer(SequenceStanding.Retry, "", index)
                : new SequenceAnswer(
                    SequenceStanding.Equivocation,
                    $"number {number} of session {Id} is used at {index} for another entry",
                    index
                );
        }

        public Session With(Digest leaf, long index)
        {
            var recent = Recent.Length < Limits.RetryWindow ? Recent : Recent[1..];
            return new Session(Id, Last + 1, [.. recent, (leaf, index)]);
        }

        public void Write(BinaryWriter writer)
        {
            writer.Write(Id);
            writer.Write(Last);
            writer.Write((byte)Recent.Length);
            foreach (var (leaf, index) in Recent)
            {
                writer.Write(leaf.ToArray());
                writer.Write(index);
            }
        }

        public static Session Read(BinaryReader reader)
        {
            var (id, last) = (reader.ReadUInt64(), reader.ReadUInt64());
            var recent = new (Digest, long)[reader.ReadByte()];
            for (var i = 0; i < recent.Length; i++)
            {
                recent[i] = (Digest.From(reader.ReadBytes(Digest.Bytes)), reader.ReadInt64());
            }

            return new Session(id, last, recent);
        }
    }
}
