using System.Runtime.CompilerServices;
using Homeostat.Core.Estate;

namespace Homeostat.Estates.Terraform;

/// <summary>
/// A state or plan file as a source: the whole estate at first, and again each time the file's content is another. The
/// file shows what Terraform saw; looking again reads it again, and proves nothing about the cloud since then.
/// </summary>
public sealed class TerraformSource : IEstateSource
{
    /// <summary>Looks in a row at which a file that was readable cannot be read, after which the watch ends with the error.</summary>
    private const int MaxFailures = 3;

    /// <summary>Looks at a file that seems untouched before its content is compared all the same.</summary>
    private const int MaxSkipped = 30;

    private readonly string _path;
    private readonly TerraformOptions _options;
    private readonly TimeProvider _time;

    public TerraformSource(string path, TerraformOptions options, TimeProvider time)
    {
        if (options.PollInterval <= TimeSpan.Zero)
        {
            throw new ArgumentException("the poll interval must be longer than zero", nameof(options));
        }

        (_path, _options, _time) = (path, options, time);
    }

    public string Name => $"terraform:{Path.GetFileName(_path)}";

    public async IAsyncEnumerable<EstateBatch> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? seen = null;
        var failures = 0;
        (long Length, DateTime WrittenAt)? stamp = null;
        for (var skipped = 0; ; skipped++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TerraformFile? file = null;
            try
            {
                if (seen is null || skipped == MaxSkipped || StampOf(_path) != stamp)
                {
                    // Taken before the content: what is written while it is read is seen at the next look.
                    (skipped, stamp) = (0, StampOf(_path));
                    file = await LoadUnlessAsync(seen, cancellationToken);
                    failures = 0;
                }
            }
            catch (EstateSourceException) when (seen is not null && ++failures < MaxFailures)
            {
                // Somebody may be writing it just now: the next look sees it whole, or fails for good.
                stamp = null;
            }

            if (file is not null)
            {
                seen = file.Sha256;
                yield return new EstateBatch(file.Records, IsFullListing: true);
            }

            await Task.Delay(_options.PollInterval, _time, cancellationToken);
        }
    }

    public async ValueTask<EstateBatch> ObserveAsync(
        IReadOnlyCollection<ResourceId> ids,
        CancellationToken cancellationToken
    )
    {
        var file = await LoadAsync(cancellationToken);
        var wanted = ids.ToHashSet();
        return new EstateBatch(
            [
                .. file.Records.Where(change =>
                    change is EstateChange.Upsert upsert && wanted.Contains(upsert.Resource.Id)
                ),
            ],
            IsFullListing: false
        );
    }

    private static (long, DateTime)? StampOf(string path) =>
        new FileInfo(path) is { Exists: true } file ? (file.Length, file.LastWriteTimeUtc) : null;

    /// <summary>Reads the file beside the caller, so that a large one does not hold up a cancellation.</summary>
    private Task<TerraformFile> LoadAsync(CancellationToken cancellationToken) =>
        Task.Run(() => TerraformFile.Load(_path, _options), cancellationToken).WaitAsync(cancellationToken);

    /// <summary>Null when the content still has the hash that was seen.</summary>
    private Task<TerraformFile?> LoadUnlessAsync(string? seen, CancellationToken cancellationToken) =>
        Task.Run(
                () =>
                    seen is not null && TerraformDocument.HashOf(_path) == seen
                        ? null
                        : TerraformFile.Load(_path, _options),
                cancellationToken
            )
            .WaitAsync(cancellationToken);
}
