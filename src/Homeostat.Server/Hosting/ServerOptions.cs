using System.Net;

namespace Homeostat.Server.Hosting;

/// <summary>How the service is run; checked as a whole before anything is opened.</summary>
internal sealed record ServerOptions
{
    public const int DefaultPort = 7117;
    public const int DefaultPostgresPort = 6432;

    /// <summary>The folder with the log, the keys and the tokens.</summary>
    public required string Data { get; init; }

    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, DefaultPort);

    /// <summary>A certificate chain in PEM; needed wherever others than this machine can connect.</summary>
    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }

    /// <summary>A Terraform state or plan; without one the estate is what sources tell over HTTP.</summary>
    public string? Estate { get; init; }

    public string? Overlay { get; init; }

    /// <summary>A PostgreSQL server that agents reach through this service (a URL, with the role for leases that write); null = none.</summary>
    public string? Postgres { get; init; }

    /// <summary>The same server with the role for leases that only read; null = the other one's.</summary>
    public string? PostgresReader { get; init; }

    /// <summary>Where agents connect with a PostgreSQL client.</summary>
    public IPEndPoint PostgresListen { get; init; } = new(IPAddress.Loopback, DefaultPostgresPort);

    /// <summary>What the PostgreSQL server is called in ids: <c>pg:NAME/database/schema.table</c>.</summary>
    public string PostgresName { get; init; } = "main";

    /// <summary>When the estate file was true, for a raw state that does not say.</summary>
    public DateTimeOffset? ObservedAt { get; init; }

    /// <summary>Whose cosignatures make a checkpoint witnessed (C2SP tlog-policy); null = nothing waits for any.</summary>
    public string? Witnesses { get; init; }

    /// <summary>How long a permit may be out before it is observed unasked.</summary>
    public TimeSpan PermitLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Requests a second under one lease.</summary>
    public int LeaseRate { get; init; } = 2000;

    /// <summary>Entries of the log that a reader of events may be behind.</summary>
    public int EventLag { get; init; } = Limits.EventLag;

    /// <summary>The service stops when its input ends: whoever started it is gone, however it ended.</summary>
    public bool StopsWithInput { get; init; }

    /// <summary>Reads <c>--name value</c> pairs; every error at once, each with what would be accepted.</summary>
    public static ServerOptions? Parse(IReadOnlyList<string> arguments, List<string> errors)
    {
        var options = new ServerOptions { Data = "" };
        for (var at = 0; at < arguments.Count; at += 2)
        {
            if (at + 1 >= arguments.Count)
            {
                errors.Add($"{arguments[at]}: a value is missing");
                break;
            }

            options = options.With(arguments[at], arguments[at + 1], errors);
        }

        options.Check(errors);
        return errors.Count == 0 ? options : null;
    }

    private ServerOptions With(string name, string value, List<string> errors)
    {
        switch (name)
        {
            case "--data":
                return this with { Data = value };
            case "--listen" when EndPointOf(value) is { } endPoint:
                return this with { Listen = endPoint };
            case "--listen":
                errors.Add($"--listen {value}: expected an address and a port, 127.0.0.1:{DefaultPort} or [::1]:0");
                return this;
            case "--certificate":
                return this with { Certificate = value };
            case "--certificate-key":
                return this with { CertificateKey = value };
            case "--stops-with-input" when bool.TryParse(value, out var stops):
                return this with { StopsWithInput = stops };
            case "--stops-with-input":
                errors.Add($"--stops-with-input {value}: expected true or false");
                return this;
            case "--witnesses":
                return this with { Witnesses = value };
            case "--estate":
                return this with { Estate = value };
            case "--overlay":
                return this with { Overlay = value };
            case "--postgres":
                return this with { Postgres = value };
            case "--postgres-reader":
                return this with { PostgresReader = value };
            case "--postgres-name":
                return this with { PostgresName = value };
            case "--postgres-listen" when EndPointOf(value) is { } endPoint:
                return this with { PostgresListen = endPoint };
            case "--postgres-listen":
                errors.Add(
                    $"--postgres-listen {value}: expected an address and a port, 127.0.0.1:{DefaultPostgresPort} or [::1]:0"
                );
                return this;
            case "--observed-at" when DateTimeOffset.TryParse(value, out var time):
                return this with { ObservedAt = time };
            case "--observed-at":
                errors.Add($"--observed-at {value}: expected a time, 2026-03-02T12:00:00Z");
                return this;
            case "--permit-seconds" when double.TryParse(value, out var seconds) && seconds is > 0 and <= 86_400:
                return this with { PermitLife = TimeSpan.FromSeconds(seconds) };
            case "--lease-rate" when int.TryParse(value, out var rate) && rate is > 0 and <= 1_000_000:
                return this with { LeaseRate = rate };
            case "--lease-rate":
                errors.Add($"--lease-rate {value}: expected requests a second, 1 to 1000000");
                return this;
            case "--permit-seconds":
                errors.Add($"--permit-seconds {value}: expected a number above 0, at most 86400");
                return this;
            default:
                errors.Add(
                    $"{name}: expected --data, --listen, --certificate, --certificate-key, --estate, --overlay, --observed-at, --permit-seconds, --lease-rate, --witnesses, --postgres, --postgres-reader, --postgres-listen, --postgres-name or --stops-with-input"
                );
                return this;
        }
    }

    private void Check(List<string> errors)
    {
        if (Data.Length == 0)
        {
            errors.Add("--data: name the folder that keeps the log and the keys");
        }

        if (Certificate is null != CertificateKey is null)
        {
            errors.Add("--certificate and --certificate-key: give both or neither");
        }

        if (!IPAddress.IsLoopback(Listen.Address) && Certificate is null)
        {
            errors.Add(
                $"--listen {Listen}: others than this machine could read secrets on the way; give --certificate and --certificate-key, or a loopback address"
            );
        }

        foreach (var (name, file) in new[] { ("--certificate", Certificate), ("--certificate-key", CertificateKey) })
        {
            if (file is not null && !File.Exists(file))
            {
                errors.Add($"{name} {file}: there is no such file");
            }
        }

        if (Overlay is not null && Estate is null && Postgres is null)
        {
            errors.Add("--overlay: it says something of an estate; give --estate or --postgres too");
        }

        if (Postgres is null && PostgresReader is not null)
        {
            errors.Add("--postgres-reader: give --postgres too");
        }
    }

    private static IPEndPoint? EndPointOf(string text) =>
        IPEndPoint.TryParse(text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out var endPoint)
        && text.Contains(':', StringComparison.Ordinal)
            ? endPoint
            : null;
}
