namespace Homeostat.Ledger.Storage;

/// <summary>
/// The few file operations a log is made of, one system call's worth each, so that a test can fail or crash between any two of them.
/// Paths are relative, with '/'. A failed fsync is a <see cref="SyncFailedException"/>; anything else that fails is an <see cref="IOException"/>.
/// </summary>
internal interface ILogStore : IDisposable
{
    /// <summary>The whole file, or null where there is none.</summary>
    byte[]? Read(string path);

    /// <summary>The files directly in a folder, by path; none where there is no folder.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Creates the file, or empties it, and writes and fsyncs its content; its name is not durable yet.</summary>
    void WriteNew(string path, ReadOnlySpan<byte> content);

    /// <summary>Moves a file over another; not durable before <see cref="SyncFolder"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Makes names in a folder durable, and the folder's own where this store made it.</summary>
    void SyncFolder(string folder);

    /// <summary>Deletes a file or a folder with everything in it; nothing where there is none.</summary>
    void Delete(string path);

    /// <summary>Opens a file of this many bytes for overwriting; where it is new, it is zero-filled and durable before this returns.</summary>
    IStoreFile OpenPreallocated(string path, int bytes);
}

/// <summary>An open preallocated file.</summary>
internal interface IStoreFile : IDisposable
{
    string Path { get; }

    int Length { get; }

    void Read(Span<byte> target, long offset);

    void Write(ReadOnlySpan<byte> content, long offset);

    /// <summary>Makes durable what was written; the file's length is, since it was opened.</summary>
    void Sync();
}

/// <summary>An fsync failed: what is on disk is not known any more, and trying again would lie (the pages are marked clean).</summary>
public sealed class SyncFailedException(string what, Exception inner)
    : IOException($"fsync of {what} failed: {inner.Message}", inner);
