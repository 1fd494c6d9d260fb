using System.Diagnostics;
using Homeostat.Ledger.Auditing;
using Homeostat.Ledger.Storage;

namespace Homeostat.Ledger.Tests.Storage;

/// <summary>A real file system without room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private bool _mounted;

    [Fact]
    public async Task A_full_disk_denies_and_takes_again_when_there_is_room()
    {
        _mounted = await Run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", _folder.Path);
        Assert.SkipUnless(_mounted, "this user cannot mount a small file system");
        using var key = Samples.Key();
        var ballast = _folder.File("ballast");
        await File.WriteAllBytesAsync(ballast, new byte[14_500_000], TestContext.Current.CancellationToken);
        var receipts = new List<Receipt>();
        var options = new LedgerOptions
        {
            PublishEvery = TimeSpan.Zero,
            SegmentBytes = 256 * 1024,
            OnFatal = Assert.Fail,
        };
        using (var log = LedgerLog.Open(_folder.File("log"), Samples.Origin, key, TimeProvider.System, options))
        {
            Assert.Equal(
                AppendRefusal.StorageFailed,
                await AppendUntil(log, receipts, stopWhen: (refusal, _) => refusal is not null)
            );
            File.Delete(ballast);
            var before = receipts.Count;
            await AppendUntil(log, receipts, stopWhen: (_, count) => count >= before + 10);
        }

        var report = LedgerVerifier.Verify(_folder.File("log"), key.VerifierKey.ToString());
        Assert.Empty(report.Findings);
        Assert.Equal(receipts.Count, report.Size);
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Process.Start("umount", [_folder.Path]).WaitForExit();
        }

        _folder.Dispose();
    }

    private static async Task<AppendRefusal?> AppendUntil(
        LedgerLog log,
        List<Receipt> receipts,
        Func<AppendRefusal?, int, bool> stopWhen
    )
    {
        using var key = Samples.Key();
        AppendRefusal? refusal = null;
        while (!stopWhen(refusal, receipts.Count))
        {
            refusal = null;
            try
            {
                receipts.Add(
                    await log.AppendAsync(
                        Samples.Entry(key, receipts.Count, 2000),
                        TestContext.Current.CancellationToken
                    )
                );
            }
            catch (AppendRefusedException e)
            {
                refusal = e.Refusal;
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }

        return refusal;
    }

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true }
        );
        await process!.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }
}
