using Homeostat.Core.Estate;
using Homeostat.Gateways.Postgres.Catalogue;
using Homeostat.Gateways.Postgres.Parsing;
using Homeostat.Gateways.Postgres.Translating;
using Homeostat.Gateways.Tests.Postgres.Server;
using Npgsql;

namespace Homeostat.Gateways.Tests.Postgres.Corpus;

/// <summary>What the server and the translator said of one statement.</summary>
internal sealed record Judged(
    string File,
    string Text,
    Translation Translation,
    IReadOnlyList<AuditLine> Audit,
    string? Error
)
{
    public IEnumerable<string> AuditedWrites =>
        Audit.Where(line => line.Class == "WRITE" && line.Object.Length > 0).Select(line => line.Object).Distinct();

    public bool OnlyRead => Audit.Count > 0 && Audit.All(line => line.Class == "READ");

    /// <summary>Written according to the audit, and named neither as written nor as locked.</summary>
    public IEnumerable<string> Misses =>
        AuditedWrites.Except(
            Translation.Written.Concat(Translation.Locked).Concat(Translation.Planned).Select(name => name.ToString())
        );
}

/// <summary>A line of pgaudit; the object without its quotes.</summary>
internal sealed record AuditLine(string Class, string Command, string Object)
{
    public static AuditLine? Read(string message)
    {
        const string Start = "AUDIT: SESSION,";
        if (!message.StartsWith(Start, StringComparison.Ordinal))
        {
            return null;
        }

        // statement, substatement, class, command, object type, object name
        var fields = Fields(message[Start.Length..]);
        return fields.Count < 6
            ? null
            : new AuditLine(fields[2], fields[3], string.Join('.', QualifiedName.Parse(fields[5])));
    }

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var character in line)
        {
            if (character == '"')
            {
                if (quoted == false && field.Length > 0 && fields.Count > 0)
                {
                    field.Append('"');
                }

                quoted = !quoted;
            }
            else if (character == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}

/// <summary>Runs scripts in one database, in order, and asks the translator of each statement before the server gets it.</summary>
internal sealed class CorpusRun(PostgresServer server, string database, ParserPool parser) : IAsyncDisposable
{
    private readonly CatalogueReader _reader = new();
    private readonly List<AuditLine> _audit = [];
    private readonly Dictionary<string, SqlStatement> _prepared = new(StringComparer.Ordinal);
    private NpgsqlConnection? _connection;
    private DatabaseCatalogue? _catalogue;
    private SessionContext? _session;
    private Translator? _translator;

    public List<Judged> Judged { get; } = [];

    /// <summary>Statements after which the session was gone.</summary>
    public List<string> Lost { get; } = [];

    public int Unparsed { get; private set; }
    public TimeSpan Translating { get; private set; }
    public TimeSpan Refreshing { get; private set; }
    public int Refreshes { get; private set; }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    public async Task RunAsync(string file, string text)
    {
        var script = new PsqlScript(text);
        await ConnectAsync();
        while (script.Next() is { } sql)
        {
            var parsed = await parser.ParseAsync(sql, CancellationToken.None);
            Unparsed += parsed.Refusal is null ? 0 : 1;
            foreach (var statement in parsed.Statements)
            {
                await OneAsync(file, statement, script);
            }
        }

        await DisposeAsync();
        _connection = null;
    }

    private async Task ConnectAsync()
    {
        _connection = await server.OpenAsync(database);
        _connection.Notice += (_, notice) =>
        {
            if (AuditLine.Read(notice.Notice.MessageText) is { } line)
            {
                _audit.Add(line);
            }
        };
        _prepared.Clear();
        for (var left = 5; ; left--)
        {
            try
            {
                await RefreshAsync();
                break;
            }
            catch (PostgresException error) when (left > 0 && error.SqlState == PostgresErrorCodes.InternalError)
            {
                // The session before is still dropping its temporary tables.
            }
        }

        _translator ??= new Translator(
            new PostgresNames("main", database),
            parser,
            _catalogue!
                .Own.Functions.Where(function => function.Name.StartsWith("pgaudit_", StringComparison.Ordinal))
                .Select(function => new CodeDeclaration(function.Oid, function.BodyHash, []))
        );
    }

    private async Task OneAsync(string file, SqlStatement statement, PsqlScript script)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var translation = _translator!.Translate(statement, _catalogue!, _session!);
        Translating += watch.Elapsed;
        _audit.Clear();
        var error = await ExecuteAsync(statement, script);
        Judged.Add(new Judged(file, statement.Text, translation, [.. _audit], error));
        if (error is null && statement.Root is { Kind: "PrepareStmt" } prepare)
        {
            _prepared[prepare.Text("name") ?? ""] = statement;
        }

        if (_connection!.State != System.Data.ConnectionState.Open)
        {
            Lost.Add($"{file} {error}: {statement.Text}");
            await _connection.DisposeAsync();
            await ConnectAsync();
        }
        else if (translation.Settings.Count > 0 || (translation.ChangesCatalogue && MayHaveChanged(translation, error)))
        {
            watch.Restart();
            await RefreshAsync();
            Refreshing += watch.Elapsed;
            Refreshes++;
        }
    }

    /// <summary>A statement that fails changes nothing, unless it runs code that commits on its own.</summary>
    private static bool MayHaveChanged(Translation translation, string? error) =>
        error is null || translation.Opaque.Count > 0 || translation.Command is "CALL" or "TRANSACTION";

    private async Task<string?> ExecuteAsync(SqlStatement statement, PsqlScript script)
    {
        try
        {
            if (
                statement.Root is { Kind: "CopyStmt" } copy
                && copy.Text("filename") is null
                && !copy.Flag("is_program")
            )
            {
                await CopyAsync(statement, copy.Flag("is_from"), script);
            }
            else
            {
                await using var command = new NpgsqlCommand(statement.Text, _connection);
                await command.ExecuteNonQueryAsync();
            }

            return null;
        }
        catch (Exception error)
        {
            return (error as PostgresException)?.SqlState ?? $"{error.GetType().Name} {error.Message}";
        }
    }

    private async Task CopyAsync(SqlStatement statement, bool isFrom, PsqlScript script)
    {
        if (isFrom)
        {
            await using var writer = await _connection!.BeginTextImportAsync(statement.Text);
            await writer.WriteAsync(script.CopyData());
        }
        else
        {
            using var reader = await _connection!.BeginTextExportAsync(statement.Text);
            await reader.ReadToEndAsync();
        }
    }

    /// <summary>A failed transaction cannot be asked; what is sent in it fails too.</summary>
    private async Task RefreshAsync()
    {
        try
        {
            await using var command = new NpgsqlCommand(
                "select current_user::text, current_setting('search_path')",
                _connection
            );
            await using (var row = await command.ExecuteReaderAsync())
            {
                await row.ReadAsync();
                var role = row.GetString(0);
                _session = new SessionContext
                {
                    Path = SearchPath.Parse(row.GetString(1), role),
                    Role = role,
                    Prepared = _prepared,
                };
            }

            _catalogue = await _reader.ReadInSessionAsync(_connection!, CancellationToken.None);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InFailedSqlTransaction) { }
    }
}
