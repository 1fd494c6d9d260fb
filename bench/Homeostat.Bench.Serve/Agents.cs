using System.Text;
using Homeostat.Client;
using Homeostat.Client.Contract;
using Homeostat.Core.Estate;
using Homeostat.Estates.Terraform;

namespace Homeostat.Bench.Serve;

/// <summary>What agents ask, and what a request of each kind must be answered.</summary>
internal enum Asked
{
    /// <summary>To look at a resource of the file: allowed.</summary>
    Look,

    /// <summary>To stop an instance that nobody needs: allowed, and a future until it is observed.</summary>
    Stop,

    /// <summary>To stop the only instance of a service of the highest tier: denied.</summary>
    StopTheLast,
}

/// <summary>
/// Agents with a lease each, and what they ask: of four requests two look, one is permitted to stop an instance and one is
/// refused. A source sees what was stopped ten times a second, and only then the agent tells of the outcome.
/// </summary>
internal sealed class Agents
{
    public const int FileResources = 97_900;

    private const int Leases = 64;
    private const int Instances = 2_000;
    private const int Critical = 50;
    private const int Different = 8_192;
    private const string Source = "bench";

    private readonly byte[][] _looks = new byte[Different][];
    private readonly byte[][] _stops = new byte[Instances][];
    private readonly byte[][] _last = new byte[Different / 8][];
    private readonly string[] _secrets = new string[Leases];
    private readonly HashSet<int> _out = [];
    private long _next = -1;
    private int _nextStop;

    /// <summary>The permitted stops that nobody has settled: the permit and the instance.</summary>
    public Queue<(string Permit, int Instance)> Permitted { get; } = new();

    public static string Instance(int number) => $"bench-{number}";

    public static async Task<Agents> PrepareAsync(Service service, string estate, TimeProvider clock)
    {
        var agents = new Agents();
        await service.Estate.TellAsync(Everything(clock.GetUtcNow()));
        for (var i = 0; i < Leases; i++)
        {
            agents._secrets[i] = await GrantAsync(service.Operator, $"bench-{i}");
        }

        var ids = TerraformFile
            .Load(estate)
            .Records.OfType<EstateChange.Upsert>()
            .Select(row => row.Resource.Id)
            .ToArray();
        new Random(1).Shuffle(ids);
        agents.Fill(ids);
        return agents;
    }

    public static async Task<string> GrantAsync(HomeostatClient client, string id) =>
        (
            await client.GrantAsync(
                new GrantBody
                {
                    Id = id,
                    Agent = $"agent-{id}",
                    Purpose = "measure",
                    LifeSeconds = 7_200,
                    Cone = new ConeBody
                    {
                        Operations = ["read", "stop"],
                        Manner = "reversible",
                        Amounts = new AmountsBody
                        {
                            Resources = 100,
                            Stress = 1_000,
                            PerMinute = 1_000_000,
                            Outstanding = 1_000_000,
                        },
                    },
                }
            )
        ).Secret!;

    /// <summary>The next request of the mixture, for whichever agent's turn it is.</summary>
    public (byte[] Bytes, Asked Asked, int Instance) Next()
    {
        var at = Interlocked.Increment(ref _next);
        switch (at % 4)
        {
            case 1 when TakeInstance() is { } instance:
                return (_stops[instance], Asked.Stop, instance);
            case 3:
                return (_last[at / 4 % _last.Length], Asked.StopTheLast, 0);
            default:
                return (_looks[at % Different], Asked.Look, 0);
        }
    }

    public string SecretOf(int instance) => _secrets[instance % Leases];

    public static byte[] Look(string secret, string id) => Decision(secret, "read", id);

    /// <summary>Not again before it was settled and is seen running.</summary>
    public void Free(int instance)
    {
        lock (_out)
        {
            _out.Remove(instance);
        }
    }

    private static byte[] Decision(string secret, string what, string id) =>
        Requests.Post(
            "/v1/decisions",
            secret,
            new DecisionBody { Operation = what, Effects = [new EffectBody { Do = what, Id = id }] },
            ContractJson.Default.DecisionBody
        );

    private void Fill(ResourceId[] ids)
    {
        for (var i = 0; i < _looks.Length; i++)
        {
            _looks[i] = Look(_secrets[i % Leases], ids[i % ids.Length].Value);
        }

        for (var i = 0; i < _stops.Length; i++)
        {
            _stops[i] = Decision(SecretOf(i), "stop", Instance(i));
        }

        for (var i = 0; i < _last.Length; i++)
        {
            _last[i] = Decision(_secrets[i % Leases], "stop", $"lone-{i % Critical}");
        }
    }

    private int? TakeInstance()
    {
        lock (_out)
        {
            if (_out.Count == Instances)
            {
                return null;
            }

            while (!_out.Add(_nextStop))
            {
                _nextStop = (_nextStop + 1) % Instances;
            }

            return _nextStop;
        }
    }

    public static EstateChangesBody Seen(IEnumerable<(int Instance, string State)> states, DateTimeOffset now) =>
        new()
        {
            Source = Source,
            ObservedAt = now,
            Upsert = [.. states.Select(row => Machine(Instance(row.Instance), row.State))],
        };

    private static EstateChangesBody Everything(DateTimeOffset now) =>
        Seen(Enumerable.Range(0, Instances).Select(i => (i, "running")), now) is var instances
            ? instances with
            {
                Upsert =
                [
                    .. instances.Upsert,
                    .. Enumerable.Range(0, Critical).Select(i => Machine($"lone-{i}", "running")),
                    .. Enumerable
                        .Range(0, Critical)
                        .Select(i => new ResourceBody
                        {
                            Id = $"critical-{i}",
                            Kind = "service",
                            Tier = 0,
                            Needs = [new NeedBody { Group = "web", Members = [$"lone-{i}"] }],
                        }),
                ],
            }
            : instances;

    private static ResourceBody Machine(string id, string state) =>
        new()
        {
            Id = id,
            Kind = "compute-instance",
            State = state,
            Tier = 3,
        };
}
