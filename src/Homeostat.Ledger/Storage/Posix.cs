using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Homeostat.Ledger.Storage;

/// <summary>What a durable file needs and .NET does not offer: fdatasync, fsync of a folder, and the device that a path is on.</summary>
internal static partial class Posix
{
    private const int Interrupted = 4;
    private const int OpenReadOnly = 0;
    private const int OpenDirectory = 0x10000;
    private const int OpenCloseOnExec = 0x80000;
    private const int AtFdCwd = -100;
    private const int StatxBytes = 256;
    private const int StatxDeviceMajor = 0x88;
    private const int StatxDeviceMinor = 0x8C;

    /// <summary>fsync of an open file; its failure is never retried.</summary>
    public static void Sync(SafeFileHandle handle, string path)
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SyncFailedException(path, e);
        }
    }

    /// <summary>fdatasync of an open file whose length does not change: its times need not be durable, which is one write less for the disk.</summary>
    /// <remarks>Elsewhere than on Linux it need not reach the disk; there it is a whole sync.</remarks>
    public static void SyncData(SafeFileHandle handle, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            Sync(handle, path);
            return;
        }

        int result;
        do
        {
            result = FDataSync(handle);
        } while (result != 0 && Marshal.GetLastPInvokeError() == Interrupted);

        if (result != 0)
        {
            throw new SyncFailedException(path, new IOException(Marshal.GetLastPInvokeErrorMessage()));
        }
    }

    public static void SyncFolder(string path)
    {
        var descriptor = Open(path, OpenReadOnly | OpenDirectory | OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open the folder {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw new SyncFailedException(path, new IOException(Marshal.GetLastPInvokeErrorMessage()));
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Which device a path lies on; null where the kernel does not say.</summary>
    public static (uint Major, uint Minor)? Device(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        if (Statx(AtFdCwd, path, 0, 0, buffer) != 0)
        {
            return null;
        }

        return (
            MemoryMarshal.Read<uint>(buffer[StatxDeviceMajor..]),
            MemoryMarshal.Read<uint>(buffer[StatxDeviceMinor..])
        );
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FDataSync(SafeFileHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, Span<byte> buffer);
}
