using System.Text;
using Homeostat.Cli.Running;

// Without a byte order mark: what reads our JSON must not find one.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await CommandRunner.RunAsync(args, Console.Out, Console.Error);
