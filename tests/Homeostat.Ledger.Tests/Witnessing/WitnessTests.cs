using Homeostat.Ledger.Checkpoints;
using Homeostat.Ledger.Merkle;
using Homeostat.Ledger.Tests.Storage;
using Homeostat.Ledger.Witnessing;
using Microsoft.Extensions.Time.Testing;

namespace Homeostat.Ledger.Tests.Witnessing;

/// <summary>A witness answers as tlog-witness says, and cannot be led to cosign two histories.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SigningKey _log = Samples.Key();
    private readonly SigningKey _key = Samples.Key(4, "witness.example.org");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private WitnessStore _store;
    private Witness _witness;

    public WitnessTests()
    {
        _store = WitnessStore.Open(_folder.File("witness"));
        _witness = Make();
    }

    [Fact]
    public void A_growing_log_is_cosigned_with_the_time()
    {
        var first = Add(0, 5);
        Assert.Equal(200, first.Status);
        var note = SignedNote.Parse(System.Text.Encoding.UTF8.GetBytes($"{Note(5).Text}\n{first.Body}"));
        Assert.True(note.IsSignedBy(_key.CosignerKey));
        Assert.Equal(_time.GetUtcNow(), Cosignature.Time(note.Signatures[0].Signature.Span));
        Assert.Equal(200, Add(5, 5).Status);
        Assert.Equal(200, Add(5, 12).Status);
    }

    [Fact]
    public void Refusals_have_the_status_of_the_specification_and_change_nothing()
    {
        Add(0, 5);
        Assert.Equal(400, _witness.AddCheckpoint("nonsense"u8).Status);
        Assert.Equal(400, Add(9, 7).Status);
        Assert.Equal(404, Add(5, 7, origin: "example.org/unknown").Status);
        Assert.Equal(403, Add(5, 7, signer: Samples.Key(9)).Status);
        Assert.Equal(422, Add(5, 7, proof: []).Status);
        var conflict = Add(3, 7);
        Assert.Equal((409, "text/x.tlog.size", "5\n"), (conflict.Status, conflict.ContentType, conflict.Body));
        Assert.Equal(409, Add(5, 5, salt: 1).Status);
        Assert.Equal(200, Add(5, 7).Status);
    }

    [Fact]
    public void Of_many_who_ask_one_store_for_the_same_log_at_once_each_gets_an_answer()
    {
        using var met = new Barrier(4);
        using var store = new WitnessStore(
            new SimulatedDisk { Before = (_, _) => new ManualResetEventSlim().Wait(TimeSpan.FromMilliseconds(100)) }
        );
        var next = new Checkpoint("example.org/log", 1, TreeHash.Leaf([1]));
        var threads = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        met.SignalAndWait();
                        return store.Read(next.Origin);
                    },
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            )
            .ToArray();
        Assert.All(threads, thread => Assert.Null(thread.GetAwaiter().GetResult()));
        store.Swap(null, next);
        Assert.Equal(next, store.Read(next.Origin));
    }

    [Fact]
    public void Of_two_histories_one_is_cosigned_also_when_they_come_at_once_and_after_a_restart()
    {
        for (var round = 0; round < 20; round++)
        {
            var old = round * 10;
            var answers = Enumerable
                .Range(0, 4)
                .AsParallel()
                .WithDegreeOfParallelism(4)
                .Select(salt => Add(old, old + 10, salt: old == 0 ? salt : 0, from: old))
                .ToArray();
            Assert.Contains(answers, answer => answer.Status == 200);
            if (old == 0)
            {
                Assert.Single(answers, answer => answer.Status == 200);
                _store.Dispose();
                _store = WitnessStore.Open(_folder.File("witness"));
                _witness = Make();
                Assert.Equal(409, Add(0, 10, salt: 9).Status);
                return;
            }
        }
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        _log.Dispose();
        _key.Dispose();
    }

    private Witness Make() =>
        new(_key, _store, _time, new Dictionary<string, VerifierKey> { [Samples.Origin] = _log.VerifierKey });

    private SignedNote Note(long size, int salt = 0, string origin = Samples.Origin, SigningKey? signer = null) =>
        new Checkpoint(origin, size, new TestTree((int)size, salt).Prover.Root(size)).Sign(signer ?? _log);

    private WitnessAnswer Add(
        long old,
        long size,
        int salt = 0,
        string origin = Samples.Origin,
        SigningKey? signer = null,
        Digest[]? proof = null,
        long? from = null
    )
    {
        var path = old > size ? [] : proof ?? new TestTree((int)size, salt).Prover.Consistency(from ?? old, size);
        return _witness.AddCheckpoint(new AddCheckpointRequest(old, path, Note(size, salt, origin, signer)).ToBytes());
    }
}
