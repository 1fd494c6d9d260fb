using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

namespace Homeostat.Gateways.Postgres.Parsing;

/// <summary>
/// Reads the parser's JSON into nodes with a stack of its own: the tree may nest half a million deep. A tree that is not
/// of the form we know throws <see cref="FormatException"/>; <see cref="TooComplexException"/> says that it has too many nodes.
/// </summary>
internal sealed class TreeReader
{
    /// <summary>The names of fields and kinds: those of the grammar, never anything from a text.</summary>
    private static readonly ConcurrentDictionary<byte[], string> s_names = new(Utf8Comparer.Instance);

    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly Stack<Frame> _frames = new();
    private int _nodes;

    /// <summary>Where whole numbers stand that nobody shall see, and whether each was met.</summary>
    private readonly Dictionary<long, bool> _hidden;

    private TreeReader(int[] without) => _hidden = without.ToDictionary(place => (long)place, _ => false);

    /// <param name="without">
    /// The bytes at which whole numbers begin that are left out of their constants; one that no constant begins at is a
    /// <see cref="FormatException"/>.
    /// </param>
    public static SyntaxNode Read(ReadOnlySpan<byte> json, int[] without) => new TreeReader(without).ReadRoot(json);

    private SyntaxNode ReadRoot(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        var root = new Frame("root") { Field = "root" };
        _frames.Push(root);
        while (reader.Read())
        {
            Accept(ref reader);
        }

        if (_hidden.ContainsValue(false))
        {
            throw new FormatException("a number that was to be left out is not the whole of a constant");
        }

        return root.Fields is [(_, SyntaxNode tree)]
            ? tree
            : throw new FormatException("the parser's tree has not one root");
    }

    private void Accept(ref Utf8JsonReader reader)
    {
        var frame = _frames.Peek();
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Open(frame);
                break;
            case JsonTokenType.EndObject:
                Close();
                break;
            case JsonTokenType.PropertyName:
                frame.Name(NameOf(reader.ValueSpan));
                break;
            case JsonTokenType.StartArray:
                frame.OpenArray();
                break;
            case JsonTokenType.EndArray:
                frame.CloseArray();
                break;
            default:
                frame.Add(Scalar(ref reader));
                break;
        }
    }

    private void Open(Frame parent)
    {
        _frames.Push(
            new Frame(
                parent.Wraps ? parent.Field
                : _frames.Count == 1 ? "ParseResult"
                : NodeKinds.OfBare(parent.Kind, parent.Field)
            )
            {
                IsWrapped = parent.Wraps,
            }
        );
    }

    private void Close()
    {
        var frame = _frames.Pop();
        var parent = _frames.Peek();
        if (frame.Wraps)
        {
            parent.Add(
                frame.Fields is [(_, SyntaxNode inner)] ? inner : throw new FormatException("a node of two kinds")
            );
        }
        else if (frame.Fields.Count == 0 && !frame.IsWrapped && frame.Kind is null)
        {
            parent.AddGap();
        }
        else if (++_nodes > Limits.MaxTreeNodes)
        {
            throw new TooComplexException();
        }
        else
        {
            parent.Add(Seen(new SyntaxNode(frame.Kind, frame.Fields)));
        }
    }

    private SyntaxNode Seen(SyntaxNode node)
    {
        if (_hidden.Count == 0 || !node.Is("A_Const") || node["ival"] is null)
        {
            return node;
        }

        // A negative constant begins at its sign, and libpg_query gives none of its value.
        var place = node.Number("location");
        var mayBeNegative = node.Node("ival")?.Number("ival") == 0;
        if (!_hidden.ContainsKey(place) && !(mayBeNegative && _hidden.ContainsKey(++place)))
        {
            return node;
        }

        _hidden[place] = true;
        return new SyntaxNode(node.Kind, []);
    }

    private static object Scalar(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
            var other => throw new FormatException($"{other} has no place in a tree"),
        };

    private static string NameOf(ReadOnlySpan<byte> name) =>
        s_names.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out var known)
            ? known
            : s_names.GetOrAdd(name.ToArray(), Encoding.UTF8.GetString);

    /// <summary>An object that is open.</summary>
    private sealed class Frame(string? kind)
    {
        private List<SyntaxNode?>? _array;

        public string? Kind { get; } = kind;
        public bool IsWrapped { get; init; }
        public string Field { get; set; } = "";
        public bool Wraps { get; private set; }
        public List<(string Name, object Value)> Fields { get; } = [];

        public void Name(string name)
        {
            Field = name;
            Wraps |= !IsWrapped && Fields.Count == 0 && name.Length > 0 && char.IsAsciiLetterUpper(name[0]);
        }

        public void OpenArray() => _array = _array is null ? [] : throw new FormatException("an array in an array");

        public void CloseArray()
        {
            Fields.Add((Field, _array!.ToArray()));
            _array = null;
        }

        public void Add(object value)
        {
            if (_array is null)
            {
                Fields.Add((Field, value));
            }
            else
            {
                _array.Add(value as SyntaxNode ?? throw new FormatException("a list of something other than nodes"));
            }
        }

        public void AddGap() => _array?.Add(null);
    }
}

/// <summary>The tree has more nodes than <see cref="Limits.MaxTreeNodes"/>.</summary>
internal sealed class TooComplexException() : Exception("too many nodes");
