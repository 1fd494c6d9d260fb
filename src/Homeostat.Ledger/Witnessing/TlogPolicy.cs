using Homeostat.Ledger.Checkpoints;

namespace Homeostat.Ledger.Witnessing;

/// <summary>A witness as a policy names it: its key, and where it is asked, if it is.</summary>
public sealed record PolicyWitness(string Name, VerifierKey Key, Uri? Url);

/// <summary>
/// Which logs are trusted, and whose cosignatures make a checkpoint witnessed (C2SP tlog-policy): <c>log</c>, <c>witness</c>, <c>group</c> and
/// <c>quorum</c> lines.
/// </summary>
public sealed class TlogPolicy
{
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly List<VerifierKey> _logs = [];
    private readonly List<PolicyWitness> _witnesses = [];
    private Member? _quorum;
    private bool _hasQuorum;

    private TlogPolicy() { }

    public IReadOnlyList<VerifierKey> Logs => _logs;

    public IReadOnlyList<PolicyWitness> Witnesses => _witnesses;

    /// <summary>False where the policy says <c>quorum none</c>: every checkpoint is then as witnessed as it has to be.</summary>
    public bool NeedsWitnesses => _quorum is not null;

    // A witness, or a group of which a number must agree.
    private sealed record Member(PolicyWitness? Witness, int Threshold, IReadOnlyList<Member> Members)
    {
        public bool IsSatisfied(IReadOnlySet<string> cosigners) =>
            Witness is { } witness
                ? cosigners.Contains(witness.Name)
                : Members.Count(member => member.IsSatisfied(cosigners)) >= Threshold;
    }

    /// <summary>Reads a policy; a <see cref="FormatException"/> names the line that is wrong and what would be right.</summary>
    public static TlogPolicy Parse(string text)
    {
        var policy = new TlogPolicy();
        var lines = text.Split('\n');
        if (lines.Length > Limits.PolicyLines)
        {
            throw new FormatException($"a policy has at most {Limits.PolicyLines} lines, not {lines.Length}");
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0][0] != '#')
            {
                policy.Read(words, i + 1);
            }
        }

        return policy._hasQuorum
            ? policy
            : throw new FormatException("the policy has no 'quorum' line; 'quorum none' asks for no witness");
    }

    /// <summary>Do these witnesses, by name, make a quorum?</summary>
    public bool IsSatisfied(IReadOnlySet<string> cosigners) => _quorum is null || _quorum.IsSatisfied(cosigners);

    /// <summary>The witnesses whose good cosignatures a checkpoint carries; a bad one by a known key is a <see cref="FormatException"/>.</summary>
    public IReadOnlySet<string> Cosigners(SignedNote checkpoint) =>
        _witnesses
            .Where(witness => checkpoint.IsSignedBy(witness.Key))
            .Select(witness => witness.Name)
            .ToHashSet(StringComparer.Ordinal);

    private void Read(string[] words, int line)
    {
        switch (words[0])
        {
            case "log" when words.Length is 2 or 3:
                _logs.Add(Key(words[1], KeyKind.Ed25519, line));
                break;
            case "witness" when words.Length is 3 or 4:
                ReadWitness(words, line);
                break;
            case "group" when words.Length >= 4:
                ReadGroup(words, line);
                break;
            case "quorum" when words.Length == 2:
                ReadQuorum(words[1], line);
                break;
            default:
                throw Wrong(
                    line,
                    "expected 'log VKEY', 'witness NAME VKEY [URL]', 'group NAME K|any|all MEMBERS…' or 'quorum NAME'"
                );
        }
    }

    private void ReadWitness(string[] words, int line)
    {
        Uri? url = null;
        if (
            words.Length == 4
            && !(Uri.TryCreate(words[3], UriKind.Absolute, out url) && url.Scheme is "http" or "https")
        )
        {
            throw Wrong(line, $"'{words[3]}' is not an http or https URL");
        }

        var witness = new PolicyWitness(words[1], Key(words[2], KeyKind.CosignatureV1, line), url);
        Define(words[1], new Member(witness, 1, []), line);
        _witnesses.Add(witness);
    }

    private void ReadGroup(string[] words, int line)
    {
        var names = words[3..];
        var members = names.Select(name => Find(name, line)).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length)
        {
            throw Wrong(line, "a member is named twice");
        }

        var threshold = words[2] switch
        {
            "any" => 1,
            "all" => members.Length,
            var k => int.TryParse(k, out var number) ? number : 0,
        };
        if (threshold < 1 || threshold > members.Length)
        {
            throw Wrong(
                line,
                $"'{words[2]}' of {members.Length} members; expected 'any', 'all' or a number from 1 to {members.Length}"
            );
        }

        Define(words[1], new Member(null, threshold, members), line);
    }

    private void ReadQuorum(string name, int line)
    {
        if (_hasQuorum)
        {
            throw Wrong(line, "a second quorum");
        }

        _hasQuorum = true;
        _quorum = name == "none" ? null : Find(name, line);
    }

    private Member Find(string name, int line) =>
        _members.TryGetValue(name, out var member)
            ? member
            : throw Wrong(line, $"'{name}' is not defined above this line");

    private void Define(string name, Member member, int line)
    {
        if (name == "none" || !_members.TryAdd(name, member))
        {
            throw Wrong(line, $"'{name}' is defined already");
        }
    }

    private static VerifierKey Key(string text, KeyKind kind, int line)
    {
        try
        {
            var key = VerifierKey.Parse(text);
            return key.Kind == kind
                ? key
                : throw Wrong(line, $"the key has type {(int)key.Kind}, expected {(int)kind}");
        }
        catch (FormatException e) when (!e.Message.StartsWith("line ", StringComparison.Ordinal))
        {
            throw Wrong(line, e.Message);
        }
    }

    private static FormatException Wrong(int line, string why) => new($"line {line} of the policy: {why}");
}
