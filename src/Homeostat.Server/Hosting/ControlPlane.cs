using System.Security.Cryptography;
using Homeostat.Client.Contract;
using Homeostat.Core.Deciding;
using Homeostat.Core.Estate;
using Homeostat.Core.Leases;
using Homeostat.Core.Simulation;
using Homeostat.Estates.Overlay;
using Homeostat.Estates.Terraform;
using Homeostat.Gateways.Postgres;
using Homeostat.Ledger.Storage;
using Homeostat.Server.Agents;
using Homeostat.Server.Estate;
using Homeostat.Server.Leases;

namespace Homeostat.Server.Hosting;

/// <summary>What the desks are made of.</summary>
internal sealed record ControlParts
{
    public required TimeProvider Clock { get; init; }
    public required MemoryLeaseBook Book { get; init; }
    public required LeaseRegistry Registry { get; init; }
    public required Decider Decider { get; init; }
    public required ReadLog Reads { get; init; }
    public required EstateDesk Estate { get; init; }
    public required Explanations Explanations { get; init; }
    public required Reports Reports { get; init; }
    public required AgentTallies Tallies { get; init; }

    /// <summary>Null where none are configured.</summary>
    public required Witnesses? Witnesses { get; init; }
}

/// <summary>Everything that runs behind the API: the log, the book that is folded from it, the estate, the desks.</summary>
internal sealed class ControlPlane : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];

    private ControlPlane(ServerOptions options, DataFolder folder, LedgerLog log, ControlParts parts)
    {
        (Options, Folder, Log, Parts) = (options, folder, log, parts);
        Decisions = new DecisionDesk(parts);
        Settlements = new SettlementDesk(parts, options.PermitLife);
        parts.Estate.OnChanged = (source, changes) => _ = ReportChangesAsync(source, changes);
    }

    public ServerOptions Options { get; }
    public DataFolder Folder { get; }
    public LedgerLog Log { get; }
    public ControlParts Parts { get; }

    /// <summary>Cancelled when the service is told to end: what goes on for ever ends then.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public DecisionDesk Decisions { get; }
    public SettlementDesk Settlements { get; }

    /// <summary>Null where no PostgreSQL server is reached through the service.</summary>
    public GovernedPostgres? Postgres { get; private init; }

    /// <summary>Null until it listens, and where there is none.</summary>
    public PostgresGateway? Gateway { get; set; }

    /// <summary>Null where the service has no overlay.</summary>
    public OverlayWatch? Overlay { get; private set; }

    /// <summary>Opens the log, folds it, and takes the sources; a <see cref="StartException"/> says why it cannot.</summary>
    /// <param name="sources">Besides those that the options name.</param>
    public static async Task<ControlPlane> OpenAsync(
        ServerOptions options,
        TimeProvider clock,
        params IReadOnlyList<IEstateSource> sources
    )
    {
        var overlay = OverlayWatch.LoadFirst(options.Overlay);
        var postgres = GovernedPostgres.Of(options, clock);
        var folder = DataFolder.Open(options.Data);
        try
        {
            var log = LedgerLog.Open(folder.LogFolder, folder.Key.Name, folder.Key, clock);
            var book = new MemoryLeaseBook();
            await LeaseRecovery.FoldAsync(log, folder.Key.PublicKey.ToArray(), book);
            var model = new EstateModel(overlay?.ShelfLives ?? ShelfLives.Default);
            var witnesses = options.Witnesses is { } policy ? Witnesses.Open(policy, log, clock) : null;
            var writer = new DecisionLog(log, folder.Key.Name);
            var estate = new EstateDesk(model, clock);
            var reads = new ReadLog(writer, clock);
            var parts = new ControlParts
            {
                Clock = clock,
                Book = book,
                Registry = new LeaseRegistry(book, writer, clock),
                Decider = DeciderOf(overlay, book, estate, writer, reads, clock, witnesses),
                Estate = estate,
                Reads = reads,
                Explanations = new Explanations(book, clock),
                Reports = new Reports(),
                Tallies = new AgentTallies(clock),
                Witnesses = witnesses,
            };
            await parts.Registry.TakeBackAsync([.. book.Outstanding().Where(permit => permit.IsBehindRevocation)]);
            var plane = new ControlPlane(options, folder, log, parts) { Postgres = postgres };
            plane.Register(overlay, sources);
            return plane;
        }
        catch (Exception error) when (error is LedgerOpenException or AppendRefusedException or FormatException)
        {
            throw new StartException(error.Message);
        }
    }

    /// <summary>What is missing before requests can be decided; empty where nothing is.</summary>
    public IReadOnlyList<string> Missing()
    {
        var missing = new List<string>();
        if (Parts.Estate.Current is null)
        {
            missing.Add("estate: nothing has been listed yet");
        }

        missing.AddRange(
            Parts
                .Estate.Sources.Where(source => !source.HasListed)
                .Select(source => $"source {source.Name}: {source.Problem ?? "it has not listed anything yet"}")
        );
        return missing;
    }

    /// <summary>What a person should look at although requests are decided.</summary>
    public IReadOnlyList<string> Warnings() =>
        [
            .. Parts
                .Estate.Sources.Where(source => source is { HasListed: true, Problem: not null })
                .Select(source => $"source {source.Name}: {source.Problem}"),
            .. Postgres?.Source.Problems.Select(problem => $"{Postgres.Source.Name}: {problem}") ?? [],
            .. Overlay?.Problem is { } problem
                ? new[] { $"overlay: {problem}; the one loaded at {Overlay.LoadedAt:u} still holds" }
                : [],
        ];

    public void Start()
    {
        foreach (var source in Parts.Estate.Sources.Where(source => source.Source is not null))
        {
            _running.Add(Task.Run(() => Parts.Estate.WatchAsync(source, _stopping.Token)));
        }

        _running.Add(Task.Run(() => Settlements.RunAsync(_stopping.Token)));
        if (Overlay is { } overlay)
        {
            _running.Add(Task.Run(() => overlay.RunAsync(_stopping.Token)));
        }
    }

    /// <summary>Ends what would go on for ever; requests that are being answered are answered.</summary>
    public void Stop() => _stopping.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running).WaitAsync(Limits.Shutdown).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Parts.Reads.DisposeAsync();
        if (Parts.Witnesses is { } witnesses)
        {
            await witnesses.DisposeAsync();
        }

        if (Postgres is { } postgres)
        {
            await postgres.Source.DisposeAsync();
        }

        Parts.Registry.Dispose();
        Log.Dispose();
        Folder.Key.Dispose();
        _stopping.Dispose();
    }

    private static Decider DeciderOf(
        EstateOverlay? overlay,
        MemoryLeaseBook book,
        EstateDesk estate,
        DecisionLog writer,
        ReadLog reads,
        TimeProvider clock,
        Witnesses? witnesses
    ) =>
        new(
            new DeciderParts
            {
                Judge = OverlayWatch.JudgeOf(overlay),
                Leases = book,
                Estate = () => estate.Current,
                Look = ids => estate.LookAsync(ids, CancellationToken.None),
                Log = writer,
                Reads = reads,
                Clock = clock,
                Witness = witnesses is null ? null : witnesses.WitnessAsync,
                NextPermit = () => new PermitId(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
            }
        );

    private void Register(EstateOverlay? overlay, IReadOnlyList<IEstateSource> sources)
    {
        var layered = new List<IEstateSource>();
        if (Options.Estate is { } path)
        {
            var options = new TerraformOptions
            {
                ObservedAt = Options.ObservedAt,
                PollInterval = TimeSpan.FromSeconds(1),
            };
            layered.Add(new TerraformSource(path, options, Parts.Clock));
        }

        if (Postgres is { } postgres)
        {
            layered.Add(postgres.Source);
        }

        // One overlay speaks of what any of them describes, so that it stands over all of them together.
        foreach (var source in overlay is not null && layered.Count > 1 ? [new CombinedSource(layered)] : layered)
        {
            Parts.Estate.Register(source.Name, source, overlay is null ? null : new OverlayLayer(overlay));
        }

        foreach (var source in sources)
        {
            Parts.Estate.Register(source.Name, source);
        }

        if (overlay is not null)
        {
            Overlay = new OverlayWatch(overlay, Parts, ReportAsync);
        }
    }

    /// <summary>A change that no permit explains is how a bypass shows.</summary>
    private async Task ReportChangesAsync(string source, IReadOnlyList<SeenChange> changes)
    {
        foreach (var change in Parts.Explanations.Unexplained(changes, change => change.Id).Take(Limits.ListedRows))
        {
            var text = $"{source} saw {change.Id} become {change.After}, before {change.Before}; no permit explains it";
            await ReportAsync(Reports.Unexplained, change.Id.Value, text);
        }
    }

    private async Task ReportAsync(string kind, string subject, string text)
    {
        Parts.Reports.Add(new ReportBody(Parts.Clock.GetUtcNow(), kind, subject, text));
        try
        {
            await Parts.Registry.ReportAsync(kind, subject, text);
        }
        catch (AppendRefusedException)
        {
            // It is told all the same; the log has no room for it at present.
        }
    }
}
