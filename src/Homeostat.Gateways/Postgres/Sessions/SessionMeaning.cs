using Homeostat.Core.Actions;
using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Upstream;

namespace Homeostat.Gateways.Postgres.Sessions;

/// <summary>A session that can no longer be judged soundly; it ends.</summary>
internal sealed class SessionUnsureException(string message) : Exception(message);

/// <summary>
/// What texts mean in a session now: its search path, its role and the catalogue as it sees it. Settings are followed by
/// asking the server for what they have become: after each statement that changes one, and after whatever may have undone
/// it (the end of a transaction, a return to a savepoint, an error).
/// </summary>
internal sealed class SessionMeaning(DatabaseParts database, Outgoing outgoing, ServerPump server, TimeProvider clock)
{
    private const string AskSettings = """
        select current_setting('search_path'), current_user::text, current_setting('client_encoding'),
               current_setting('standard_conforming_strings'), current_setting('transform_null_equals'),
               current_setting('session_replication_role')
        """;

    private CatalogueReading? _basis;
    private DatabaseCatalogue? _private;
    private HashSet<ResourceId>? _uncommitted;
    private long _privateAt;
    private int _major;
    private bool _isUnsettled;
    private PlanBook? _book;

    /// <summary>The search path of a session that has changed nothing.</summary>
    public SearchPath FirstPath { get; private set; } = SearchPath.Default;

    public SearchPath Path { get; private set; } = SearchPath.Default;

    public string Role { get; private set; } = "";

    /// <summary>Something was sent that may change what the next text means.</summary>
    public bool IsUnsettled => _isUnsettled;

    /// <summary>The session goes by a catalogue of its own.</summary>
    public bool IsPrivate => _private is not null;

    /// <summary>The book by which a text can be judged at once; null where something has to be found out first.</summary>
    public PlanBook? Settled =>
        !_isUnsettled
        && _private is null
        && _book is { } book
        && database.Catalogue.Current is { } current
        && ReferenceEquals(current.Catalogue, book.Catalogue)
        && database.Catalogue.IsFresh
            ? book
            : null;

    /// <summary>The same, also where the session goes by a catalogue of its own.</summary>
    public PlanBook? BookNow =>
        _private is null ? Settled
        : _isUnsettled ? null
        : _book;

    /// <summary>What texts mean now; after <see cref="CatchUpAsync"/>.</summary>
    public PlanBook Book => _book ?? throw new InvalidOperationException("nothing was read yet");

    public void Unsettle() => _isUnsettled = true;

    /// <summary>Asks before anything of the client's is under way.</summary>
    /// <exception cref="SessionUnsureException">The role's settings do not let its statements be judged.</exception>
    public async Task StartAsync(UpstreamConnection upstream, CancellationToken token)
    {
        string?[]? settings = null;
        await upstream
            .QueryAsync(
                AskSettings,
                (_, row) =>
                {
                    settings = new string?[row.Count];
                    for (var at = 0; at < row.Count; at++)
                    {
                        settings[at] = row.GetString(at);
                    }
                },
                token
            )
            .ConfigureAwait(false);
        _major = upstream.ServerMajor;
        Accept(settings);
        FirstPath = Path;
    }

    /// <summary>Finds out what has changed; why nothing can be judged now, or null.</summary>
    public async ValueTask<Refusal?> CatchUpAsync(CancellationToken token)
    {
        try
        {
            if (_isUnsettled)
            {
                await SettleAsync(token).ConfigureAwait(false);
            }

            if (outgoing.IsPassedOver)
            {
                return null;
            }

            if (_private is not null)
            {
                await LeaveOrRenewAsync(token).ConfigureAwait(false);
            }

            return await OpenBookAsync().ConfigureAwait(false);
        }
        catch (OwnQueryException failure)
        {
            server.MeaningChanged = server.CatalogueChanged = _isUnsettled = true;
            return Refusal.NotNow("the session's settings or its catalogue could not be read", failure.Message);
        }
    }

    /// <summary>Reads the catalogue again because a name was not in it; whether it is another now.</summary>
    public async ValueTask<bool> LookAgainAsync(CancellationToken token)
    {
        var before = Book.Catalogue;
        if (_private is not null)
        {
            if (
                clock.GetElapsedTime(_privateAt) < Limits.CatalogueRest
                || !await CanAskAsync(token).ConfigureAwait(false)
            )
            {
                return false;
            }

            await ReadPrivateAsync(token).ConfigureAwait(false);
        }
        else if (
            database.Catalogue.Current is { } current
            && clock.GetElapsedTime(current.BeganAt) >= Limits.CatalogueRest
        )
        {
            await database.Catalogue.ReadAfterAsync(clock.GetTimestamp()).ConfigureAwait(false);
        }

        return await OpenBookAsync().ConfigureAwait(false) is null && !ReferenceEquals(before, Book.Catalogue);
    }

    /// <summary>
    /// Reads the catalogue again, however new it is: what others have made up to now is in it. False where it cannot be
    /// read.
    /// </summary>
    public async ValueTask<bool> RenewAsync(CancellationToken token)
    {
        if (_private is null)
        {
            return await database.Catalogue.ReadAfterAsync(clock.GetTimestamp()).ConfigureAwait(false) is not null
                && await OpenBookAsync().ConfigureAwait(false) is null;
        }

        if (!await CanAskAsync(token).ConfigureAwait(false))
        {
            return false;
        }

        await ReadPrivateAsync(token).ConfigureAwait(false);
        return await OpenBookAsync().ConfigureAwait(false) is null;
    }

    /// <summary>
    /// The effects with those on relations that only this session's open transaction can see taken for what they are:
    /// nobody's loss. Such a relation is in the session's catalogue and not in a committed one that was read after it.
    /// </summary>
    public async ValueTask<IReadOnlyList<Effect>> SeenByOthersAsync(
        IReadOnlyList<Effect> effects,
        EstateSnapshot? estate
    )
    {
        if (_private is not { } own)
        {
            return effects;
        }

        _uncommitted ??= await database.Catalogue.ReadAfterAsync(_privateAt).ConfigureAwait(false) is { } committed
            ? Uncommitted(own, committed.Catalogue)
            : null;
        if (_uncommitted is not { Count: > 0 } uncommitted)
        {
            return effects;
        }

        return
        [
            .. effects
                .Select(effect =>
                    !uncommitted.Contains(effect.Target) || estate?.Contains(effect.Target) == true ? effect
                    : effect is Effect.Read ? new Effect.Read(database.Names.Database, "session")
                    : new Effect.Change(
                        database.Names.Database,
                        "uncommitted objects",
                        FactValue.Of("changed"),
                        ChangeImpact.Harmless
                    )
                )
                .Distinct(),
        ];
    }

    private HashSet<ResourceId> Uncommitted(DatabaseCatalogue own, DatabaseCatalogue committed) =>
        [
            .. own
                .Own.Relations.Where(entry =>
                    committed.Relation(entry.Oid) is null && committed.Relation(entry.SchemaName, entry.Name) is null
                )
                .Select(entry => database.Names.Relation(entry.SchemaName, entry.Name)),
        ];

    private async ValueTask SettleAsync(CancellationToken token)
    {
        if (!await CanAskAsync(token).ConfigureAwait(false))
        {
            return;
        }

        if (server.MeaningChanged)
        {
            server.MeaningChanged = false;
            await ReadSettingsAsync(token).ConfigureAwait(false);
        }

        if (server.CatalogueChanged)
        {
            server.CatalogueChanged = false;
            await ReadPrivateAsync(token).ConfigureAwait(false);
        }

        _isUnsettled = server.Status != TransactionStatus.Idle || outgoing.IsPipelineOpen;
    }

    /// <summary>In a failed transaction nothing can be asked, and nothing but its end is done by the server.</summary>
    public async ValueTask<bool> CanAskAsync(CancellationToken token)
    {
        await outgoing.DrainAsync(token).ConfigureAwait(false);
        return !outgoing.IsPassedOver && server.Status != TransactionStatus.Failed;
    }

    private async Task ReadSettingsAsync(CancellationToken token)
    {
        string?[]? settings = null;
        await outgoing.AskAsync([AskSettings], (_, row) => settings = row, token).ConfigureAwait(false);
        Accept(settings);
    }

    private void Accept(string?[]? settings)
    {
        if (settings is not [{ } path, { } role, "UTF8", "on", "off", "origin"])
        {
            throw new SessionUnsureException(
                "the role's settings must be client_encoding UTF8, standard_conforming_strings on, transform_null_equals off and session_replication_role origin"
            );
        }

        if (IdentifierText.Split(path, ',') is null)
        {
            throw new SessionUnsureException("the search_path is no list of names that every version reads alike");
        }

        Role = role;
        Path = SearchPath.Parse(path, role);
        _book = null;
    }

    /// <summary>The catalogue as the session's transaction sees it.</summary>
    private async Task ReadPrivateAsync(CancellationToken token)
    {
        var basis = database.Catalogue.Current ?? throw new OwnQueryException("the catalogue was never read");
        var at = clock.GetTimestamp();
        var (texts, rows, first) = CatalogueReader.InSession(_major);
        await outgoing
            .AskAsync(
                texts,
                (result, row) =>
                {
                    if (result >= first && result < first + rows.Sections.Count)
                    {
                        rows.Sections[result - first].Accept(new TextCatalogueRow(row!));
                    }
                },
                token
            )
            .ConfigureAwait(false);
        _private = new DatabaseCatalogue(basis.BuiltIn, rows.Parts);
        (_basis, _privateAt, _uncommitted, _book) = (basis, at, null, null);
    }

    /// <summary>
    /// Once nothing of its own is left that others do not see, a session goes by the shared catalogue again: by one that
    /// was read after its own. With temporary tables it keeps its own, which is read again when the shared one changes.
    /// </summary>
    private async ValueTask LeaveOrRenewAsync(CancellationToken token)
    {
        var current = database.Catalogue.Current;
        if (HasTemporary(_private!))
        {
            if (
                !ReferenceEquals(current?.Catalogue, _basis?.Catalogue)
                && await CanAskAsync(token).ConfigureAwait(false)
            )
            {
                await ReadPrivateAsync(token).ConfigureAwait(false);
            }
        }
        else if (!_isUnsettled && current is not null && current.BeganAt > server.CommittedAt)
        {
            (_private, _basis, _uncommitted, _book) = (null, null, null, null);
        }
    }

    private static bool HasTemporary(DatabaseCatalogue catalogue) =>
        catalogue.Own.TemporarySchema is { } schema
        && (
            catalogue.Own.Relations.Any(entry => entry.SchemaName == schema)
            || catalogue.Own.Types.Any(entry => entry.SchemaName == schema)
            || catalogue.Own.Functions.Any(entry => entry.SchemaName == schema)
        );

    private async ValueTask<Refusal?> OpenBookAsync()
    {
        if (_private is { } own)
        {
            _book ??= new PlanBook(own, Path, Role);
            return null;
        }

        if (
            !database.Catalogue.IsFresh
            && await database.Catalogue.ReadAfterAsync(clock.GetTimestamp()).ConfigureAwait(false) is null
        )
        {
            return Refusal.NotNow(
                "the system catalogue cannot be read, and nothing is judged by an old one",
                database.Catalogue.Failure ?? "no answer"
            );
        }

        var current = database.Catalogue.Current!.Catalogue;
        if (_book is null || !ReferenceEquals(_book.Catalogue, current))
        {
            _book = database.Books.For(current, Path, Role);
        }

        return null;
    }
}
