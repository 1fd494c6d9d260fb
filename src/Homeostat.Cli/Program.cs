using Homeostat.Cli.Commands;

return await RootCommandFactory.Create().Parse(args).InvokeAsync();
