using System.Globalization;
using System.Text.Json;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform.Types;

/// <summary>Reads the lines of the type table and collects everything that is wrong with them.</summary>
internal sealed class TypeRuleReader
{
    private const string CommonName = "*";

    private static readonly HashSet<string> Keys =
    [
        "kind",
        "replicaKind",
        "like",
        "ids",
        "refs",
        "valueOnly",
        "shield",
        "versioned",
        "standsFor",
        "state",
        "capacity",
        "facts",
        "protection",
        "data",
        "backups",
        "undo",
        "replication",
        "changes",
        "rebuild",
    ];

    private static readonly HashSet<string> KnownKinds = [.. KindTable.All.Select(traits => traits.Kind.Name)];

    private readonly JsonElement _root;
    private readonly List<string> _errors;
    private readonly ILookup<string, string> _alike;

    public TypeRuleReader(JsonElement root, List<string> errors)
    {
        (_root, _errors) = (root, errors);
        _alike = root.EnumerateObject()
            .Where(line => line.Value.Text("like") is not null)
            .ToLookup(line => line.Value.Text("like")!, line => line.Name);
        Common = ReadRule(CommonName, root.Member(CommonName) ?? ShownReader.NoValues, "configuration");
    }

    /// <summary>What holds for every type.</summary>
    public TypeRule Common { get; }

    public Dictionary<string, TypeRule> ReadAll()
    {
        var rules = new Dictionary<string, TypeRule>();
        foreach (var line in _root.EnumerateObject().Where(line => line.Name != CommonName))
        {
            var source = line.Value.Text("like") is { } like ? _root.Member(like) : line.Value;
            if (source is { } body)
            {
                rules[line.Name] = ReadRule(line.Name, body, body.Text("kind"));
            }
            else
            {
                _errors.Add($"{line.Name}: like: '{line.Value.Text("like")}' is not in the table");
            }
        }

        CheckTargets(rules);
        return rules;
    }

    private TypeRule ReadRule(string type, JsonElement line, string? kind)
    {
        foreach (var member in line.EnumerateObject().Where(member => !Keys.Contains(member.Name)))
        {
            _errors.Add($"{type}: '{member.Name}' is no key; there are {string.Join(", ", Keys)}");
        }

        if (kind is null || !KnownKinds.Contains(kind))
        {
            _errors.Add($"{type}: kind: '{kind}' is not in the kind table");
            kind = "configuration";
        }

        return new TypeRule
        {
            Type = type,
            Kind = new ResourceKind(kind),
            ReplicaKind = line.Text("replicaKind") is { } replica ? new ResourceKind(replica) : null,
            Identifiers = line.Member("ids") is null ? ["id", "arn"] : StateV4Reader.Texts(line, "ids"),
            References = ReadReferences(type, line),
            TemplateReferences =
            [
                .. Lines(line, "refs")
                    .Where(pair => pair.Name.StartsWith('{'))
                    .Select(pair => (pair.Name, ParseReference(type, pair.Name, pair.Value) ?? ReferenceRule.Nothing)),
            ],
            PolicyPaths = [.. Lines(line, "refs").Where(pair => pair.Value == "grants").Select(pair => pair.Name)],
            OwnerPaths =
            [
                .. Lines(line, "refs")
                    .Where(pair => pair.Value.Split(' ').Contains("contained"))
                    .Select(pair => pair.Name),
            ],
            IsShield = line.Member("shield")?.AsFlag() == true,
            IsVersioned = line.Member("versioned")?.AsFlag() == true,
            IsValueOnly = line.Member("valueOnly")?.AsFlag() == true,
            StandsFor = line.Text("standsFor"),
            State = ReadState(line),
            Capacity = line.Text("capacity"),
            Facts = StateV4Reader.Texts(line, "facts"),
            Protection = Conditional(line, "protection"),
            Data = ReadData(line),
            Backups = [.. line.Items("backups").Select(item => ReadBackup(type, item)).OfType<BackupRule>()],
            Undo = [.. line.Items("undo").Select(item => ReadUndo(type, item)).OfType<UndoRule>()],
            Replication = line.Member("replication") is { } replication
                ? new ReplicationRule(replication.Text("source") ?? "", replication.Text("target") ?? "")
                : null,
            Changes = ReadChanges(type, line),
            Rebuild = ReadTime(type, line),
        };
    }

    private PathTree<ReferenceRule> ReadReferences(string type, JsonElement line)
    {
        var tree = new PathTree<ReferenceRule>();
        foreach (var pair in Lines(_root.Member(CommonName) ?? line, "refs").Concat(Lines(line, "refs")))
        {
            if (!pair.Name.StartsWith('{') && ParseReference(type, pair.Name, pair.Value) is { } rule)
            {
                tree.Add(pair.Name, rule);
            }
        }

        return tree;
    }

    private ReferenceRule? ParseReference(string type, string path, string text)
    {
        try
        {
            var rule = ReferenceRule.Parse(text);
            return rule.To is null ? rule : rule with { To = WithAlike(rule.To) };
        }
        catch (FormatException error)
        {
            _errors.Add($"{type}: refs: {path}: {error.Message}");
            return null;
        }
    }

    private HashSet<string> WithAlike(IReadOnlySet<string> types) =>
        [.. types, .. types.SelectMany(type => _alike[type])];

    private PathTree<ChangeRule> ReadChanges(string type, JsonElement line)
    {
        var tree = new PathTree<ChangeRule>();
        foreach (var pair in Lines(_root.Member(CommonName) ?? line, "changes").Concat(Lines(line, "changes")))
        {
            try
            {
                tree.Add(pair.Name, ChangeRule.Parse(pair.Value));
            }
            catch (Exception error) when (error is FormatException or OverflowException)
            {
                _errors.Add($"{type}: changes: {pair.Name}: {error.Message}");
            }
        }

        return tree;
    }

    private static StateRule? ReadState(JsonElement line) =>
        line.Member("state") is { } state
            ? new StateRule(
                state.Text("from") ?? "",
                StateV4Reader.Texts(state, "running").ToHashSet(),
                StateV4Reader.Texts(state, "stopped").ToHashSet()
            )
            : null;

    private static DataRule? ReadData(JsonElement line) =>
        line.Member("data") is { } data
            ? new DataRule(
                Conditional(data, "when"),
                Conditional(data, "secondCopy"),
                data.Text("replicaOf"),
                data.Text("backupOf"),
                data.Text("takenAt")
            )
            : null;

    private BackupRule? ReadBackup(string type, JsonElement item)
    {
        if (item.Text("name") is { Length: > 0 } name && Conditional(item, "when") is { } when)
        {
            return new BackupRule(
                name,
                when,
                Conditional(item, "survives"),
                item.Text("recoveryPoint"),
                item.Text("regions"),
                item.Text("deletionAuthority")
            );
        }

        _errors.Add($"{type}: backups: each has a name and a when");
        return null;
    }

    private UndoRule? ReadUndo(string type, JsonElement item)
    {
        if (item.Text("by") is { Length: > 0 } by)
        {
            return new UndoRule(Conditional(item, "when"), by, item.Text("within"));
        }

        _errors.Add($"{type}: undo: each says by what");
        return null;
    }

    private TimeSpan? ReadTime(string type, JsonElement line)
    {
        if (line.Text("rebuild") is not { } text)
        {
            return null;
        }

        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero)
        {
            return time;
        }

        _errors.Add($"{type}: rebuild: '{text}' is no duration; write hh:mm:ss");
        return null;
    }

    private static Condition? Conditional(JsonElement line, string key) =>
        line.Text(key) is { } text ? Condition.Parse(text) : null;

    private IEnumerable<(string Name, string Value)> Lines(JsonElement line, string key)
    {
        if (line.Member(key) is not { ValueKind: JsonValueKind.Object } pairs)
        {
            yield break;
        }

        foreach (var pair in pairs.EnumerateObject())
        {
            if (pair.Value.AsText() is { } value)
            {
                yield return (pair.Name, value);
            }
            else
            {
                _errors.Add($"{key}: {pair.Name}: the value is a text");
            }
        }
    }

    /// <summary>A type that a reference names and that has no line of its own is most likely a slip of the pen.</summary>
    private void CheckTargets(Dictionary<string, TypeRule> rules)
    {
        foreach (var line in _root.EnumerateObject().Where(line => line.Value.Text("like") is null))
        {
            foreach (var pair in Lines(line.Value, "refs"))
            {
                var missing = ParseReference(line.Name, pair.Name, pair.Value)?.To?.Where(to => !rules.ContainsKey(to));
                _errors.AddRange(
                    (missing ?? []).Select(to => $"{line.Name}: refs: {pair.Name}: '{to}' is not in the table")
                );
            }
        }
    }
}
